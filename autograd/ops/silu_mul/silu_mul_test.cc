#include "autograd/ops/silu_mul/silu_mul.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

const auto kOp = [](const auto& in) { return SiluMul(in[0], in[1]); };

std::vector<Complex> Reference(const Values<Complex>& in) {
  std::vector<Complex> out = in[0];
  for (size_t i = 0; i < out.size(); ++i) out[i] *= in[1][i] / (1.0 + std::exp(-in[0][i]));
  return out;
}

TEST(SiluMulTest, MatchesReference) {
  for (const Shape& shape : {Shape{0}, Shape{1}, Shape{3, 7}, Shape{2, 0, 5}, Shape{257}}) {
    CheckOp({shape, shape}, kOp, Reference);
  }
}

TEST(SiluMulTest, LargeInputs) { CheckOp({{301}, {301}}, kOp, Reference, {.input_scale = 30.0f}); }

TEST(SiluMulTest, ArgumentsThatOverflowTheExponential) {
  for (Device device : AvailableDevices()) {
    const Variable a = Variable::Leaf(Tensor::From<float>({4}, {-1e4f, -100, 100, 1e4f}, device));
    const Variable b = Variable::Leaf(Tensor::From<float>({4}, {2, 2, 2, 2}, device));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = SiluMul(a, b);
    const std::vector<float> got = out.value().ToVector<float>();
    const std::vector<float> want = {0, 0, 200, 2e4f};
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(got[i], want[i], 1e-30 + 1e-6 * want[i]);
    tape.Backward(out, Tensor::From<float>({4}, {1, 1, 1, 1}, device));
    const std::vector<float> da = a.gradient()->tensor().ToVector<float>();
    const std::vector<float> slope = {0, 0, 2, 2};
    for (int i = 0; i < 4; ++i) EXPECT_NEAR(da[i], slope[i], 1e-6) << device.name() << " " << i;
  }
}

// Longer than one thread's chunk and one grid: every piece is as it is alone.
TEST(SiluMulTest, ManyElements) {
  const int64_t piece = 10007, count = 100 * piece;
  for (Device device : AvailableDevices()) {
    const Tensor a = RandomTensor({count}, 1, device), b = RandomTensor({count}, 2, device);
    const std::vector<float> whole = SiluMul(Variable(a), Variable(b)).value().ToVector<float>();
    for (int64_t at = 0; at < count; at += piece) {
      const std::vector<float> part =
          SiluMul(Variable(a.Slice(at, at + piece)), Variable(b.Slice(at, at + piece)))
              .value()
              .ToVector<float>();
      for (int64_t i = 0; i < piece; ++i) ASSERT_EQ(part[i], whole[at + i]) << device.name();
    }
  }
}

TEST(SiluMulTest, ConstantInputsGetNoGradient) {
  const Variable a = Variable::Leaf(RandomTensor({5}, 1));
  Tape tape;
  TapeScope scope(&tape);
  tape.Backward(SiluMul(a, Variable(RandomTensor({5}, 2))), RandomTensor({5}, 3));
  EXPECT_TRUE(a.gradient()->defined());
  EXPECT_FALSE(
      SiluMul(Variable(RandomTensor({5}, 2)), Variable(RandomTensor({5}, 2))).requires_grad());
}

TEST(SiluMulDeathTest, InputsMustAgree) {
  const Variable a(RandomTensor({2, 3}, 1)), b(RandomTensor({3, 2}, 1));
  EXPECT_DEATH(SiluMul(a, b), R"(silu_mul of \[2, 3\] and \[3, 2\])");
  const Variable half(RandomTensor({2, 3}, 1, Device::Cpu(), DType::kBF16));
  EXPECT_DEATH(SiluMul(a, half), "silu_mul of f32 and bf16");
}

}  // namespace
}  // namespace mneme
