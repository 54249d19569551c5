#include "autograd/ops/scale/scale.h"

#include <gtest/gtest.h>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

TEST(ScaleTest, MatchesReference) {
  for (int64_t count : {0, 1, 7, 257, 1000}) {
    CheckOp(
        {{count}}, [](const auto& in) { return Scale(in[0], -2.5f); },
        [](const auto& in) {
          auto out = in[0];
          for (auto& v : out) v *= -2.5;
          return out;
        });
  }
}

TEST(ScaleTest, RecordsOnlyWhenAsked) {
  const Variable constant(RandomTensor({3}, 1));
  const Variable leaf = Variable::Leaf(RandomTensor({3}, 1));
  EXPECT_FALSE(Scale(leaf, 2.0f).requires_grad());  // no tape
  Tape tape;
  TapeScope scope(&tape);
  EXPECT_FALSE(Scale(constant, 2.0f).requires_grad());
  EXPECT_TRUE(Scale(leaf, 2.0f).requires_grad());
}

}  // namespace
}  // namespace mneme
