#include "autograd/ops/add/add.h"

#include <gtest/gtest.h>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

TEST(AddTest, MatchesReference) {
  for (int64_t count : {0, 1, 7, 257}) {
    CheckOp(
        {{count}, {count}}, [](const auto& in) { return Add(in[0], in[1]); },
        [](const auto& in) {
          auto out = in[0];
          for (size_t i = 0; i < out.size(); ++i) out[i] += in[1][i];
          return out;
        });
  }
}

// Both inputs receive one tensor as gradient. A later contribution to one must not reach the other.
TEST(AddTest, GradientsOfTheInputsAreApart) {
  for (Device device : AvailableDevices()) {
    const Variable a = Variable::Leaf(RandomTensor({5}, 1, device));
    const Variable b = Variable::Leaf(RandomTensor({5}, 2, device));
    Tape tape;
    TapeScope scope(&tape);
    const Variable once = Add(a, b);
    const Variable twice = Add(once, a);
    tape.Backward(twice, Tensor::From<float>({5}, {1, 2, 3, 4, 5}, device));
    EXPECT_EQ(a.gradient()->tensor().ToVector<float>(), (std::vector<float>{2, 4, 6, 8, 10}));
    EXPECT_EQ(b.gradient()->tensor().ToVector<float>(), (std::vector<float>{1, 2, 3, 4, 5}));
  }
}

TEST(AddTest, ConstantsGetNoGradient) {
  const Variable constant(RandomTensor({3}, 1));
  const Variable leaf = Variable::Leaf(RandomTensor({3}, 2));
  EXPECT_FALSE(Add(leaf, leaf).requires_grad());  // no tape
  Tape tape;
  TapeScope scope(&tape);
  EXPECT_FALSE(Add(constant, constant).requires_grad());
  tape.Backward(Add(constant, leaf), RandomTensor({3}, 3));
  EXPECT_TRUE(leaf.gradient()->defined());
}

TEST(AddDeathTest, ShapesAndDTypesMustAgree) {
  const Variable x(RandomTensor({2, 3}, 1)), y(RandomTensor({3, 2}, 1));
  const Variable half(RandomTensor({2, 3}, 1, Device::Cpu(), DType::kBF16));
  EXPECT_DEATH(Add(x, y), R"(add \[2, 3\] and \[3, 2\])");
  EXPECT_DEATH(Add(x, half), "add f32 and bf16");
}

}  // namespace
}  // namespace mneme
