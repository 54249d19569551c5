#include "memory_layer/mul/mul.h"

#include <gtest/gtest.h>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

TEST(MulTest, MatchesReference) {
  for (int64_t count : {0, 1, 7, 257, 1000}) {
    CheckOp(
        {{count}, {count}}, [](const auto& in) { return Mul(in[0], in[1]); },
        [](const auto& in) {
          auto out = in[0];
          for (size_t i = 0; i < out.size(); ++i) out[i] *= in[1][i];
          return out;
        });
  }
}

TEST(MulTest, OnlyTheGradientThatIsWanted) {
  const Variable constant(RandomTensor({3}, 1)), leaf = Variable::Leaf(RandomTensor({3}, 2));
  Tape tape;
  TapeScope scope(&tape);
  tape.Backward(Mul(constant, leaf), Tensor::From<float>({3}, {1, 1, 1}));
  EXPECT_EQ(leaf.gradient()->tensor().ToVector<float>(), constant.value().ToVector<float>());
}

TEST(MulDeathTest, ShapesMustFit) {
  EXPECT_DEATH(Mul(Variable(RandomTensor({2, 3}, 1)), Variable(RandomTensor({3, 2}, 1))),
               "product of \\[2, 3\\] and \\[3, 2\\]");
}

}  // namespace
}  // namespace mneme
