#include "autograd/ops/reshape/reshape.h"

#include <gtest/gtest.h>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

TEST(ReshapeTest, MatchesReference) {
  CheckOp(
      {{2, 3, 5}},
      [](const auto& in) {
        return Reshape(in[0], {5, -1});
      },
      [](const auto& in) { return in[0]; });
}

TEST(ReshapeTest, SharesStorageAndKeepsTheGradientsShape) {
  const Variable x = Variable::Leaf(RandomTensor({4, 3}, 1));
  Tape tape;
  TapeScope scope(&tape);
  const Variable y = Reshape(x, {12});
  EXPECT_EQ(y.value().raw(), x.value().raw());
  tape.Backward(y, RandomTensor({12}, 2));
  EXPECT_EQ(x.gradient()->tensor().shape(), (Shape{4, 3}));
}

TEST(ReshapeDeathTest, CountsMustAgree) {
  const Variable x(RandomTensor({4, 3}, 1));
  EXPECT_DEATH(Reshape(x, {5}), R"(\[4, 3\] as \[5\])");
}

}  // namespace
}  // namespace mneme
