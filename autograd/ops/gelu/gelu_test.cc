#include "autograd/ops/gelu/gelu.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"

namespace mneme {
namespace {

const auto kOp = [](const auto& in) { return Gelu(in[0]); };

// std::complex has no erf, hence differences.
std::vector<double> Reference(const Values<double>& in) {
  std::vector<double> out = in[0];
  for (double& v : out) v *= 0.5 * std::erfc(-v / std::sqrt(2.0));
  return out;
}

TEST(GeluTest, MatchesReference) {
  for (const Shape& shape : {Shape{0}, Shape{1}, Shape{3, 7}, Shape{2, 0, 5}, Shape{257}}) {
    CheckOpByDifferences({shape}, kOp, Reference);
  }
}

TEST(GeluTest, LargeInputs) {
  CheckOpByDifferences({{301}}, kOp, Reference, {.input_scale = 8.0f});
}

TEST(GeluTest, FarTails) {
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(Tensor::From<float>({4}, {-1e20f, -50, 50, 1e20f}, device));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Gelu(x);
    EXPECT_EQ(out.value().ToVector<float>(), (std::vector<float>{0, 0, 50, 1e20f}));
    tape.Backward(out, Tensor::From<float>({4}, {1, 1, 1, 1}, device));
    EXPECT_EQ(x.gradient()->tensor().ToVector<float>(), (std::vector<float>{0, 0, 1, 1}));
  }
}

// Longer than one thread's chunk and one grid: every piece is as it is alone.
TEST(GeluTest, ManyElements) {
  const int64_t piece = 10007, count = 100 * piece;
  for (Device device : AvailableDevices()) {
    const Tensor x = RandomTensor({count}, 1, device);
    const std::vector<float> whole = Gelu(Variable(x)).value().ToVector<float>();
    for (int64_t at = 0; at < count; at += piece) {
      const std::vector<float> part =
          Gelu(Variable(x.Slice(at, at + piece))).value().ToVector<float>();
      for (int64_t i = 0; i < piece; ++i) ASSERT_EQ(part[i], whole[at + i]) << device.name();
    }
  }
}

TEST(GeluDeathTest, FloatsOnly) {
  EXPECT_DEATH(Gelu(Variable(Tensor::From<int32_t>({1}, {1}))), "gelu of i32");
}

}  // namespace
}  // namespace mneme
