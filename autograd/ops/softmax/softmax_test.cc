#include "autograd/ops/softmax/softmax.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

std::vector<Complex> Reference(const std::vector<Complex>& x, int64_t columns) {
  std::vector<Complex> out = x;
  for (size_t row = 0; row < x.size(); row += columns) {
    double max = -INFINITY;
    for (int64_t c = 0; c < columns; ++c) max = std::max(max, x[row + c].real());
    Complex sum = 0.0;
    for (int64_t c = 0; c < columns; ++c) sum += out[row + c] = std::exp(x[row + c] - max);
    for (int64_t c = 0; c < columns; ++c) out[row + c] /= sum;
  }
  return out;
}

TEST(SoftmaxTest, MatchesReference) {
  for (const Shape& shape : {Shape{1}, Shape{0, 5}, Shape{3, 1}, Shape{7, 31}, Shape{2, 3, 33},
                             Shape{17, 2}, Shape{1, 600}}) {
    const int64_t columns = shape.back();
    for (float scale : {1.0f, 20.0f}) {
      CheckOp(
          {shape}, [](const auto& in) { return Softmax(in[0]); },
          [&](const auto& in) { return Reference(in[0], columns); },
          {.sum_length = columns, .slack = scale, .input_scale = scale});
    }
  }
}

TEST(SoftmaxTest, F32OutputOfAnyInput) {
  CheckOptions options;
  options.slack = 4;
  CheckOp(
      {{5, 19}}, [](const auto& in) { return Softmax(in[0], DType::kF32); },
      [](const auto& in) { return Reference(in[0], 19); }, options);
  const Variable half(RandomTensor({2, 3}, 1, Device::Cpu(), DType::kBF16));
  EXPECT_EQ(Softmax(half, DType::kF32).value().dtype(), DType::kF32);
  EXPECT_EQ(Softmax(half).value().dtype(), DType::kBF16);
}

// A row that a whole GPU block shares: every element against a double-precision sum.
TEST(SoftmaxTest, LongRows) {
  const int64_t rows = 3, columns = 5003;
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(RandomTensor({rows, columns}, 1, device));
    const std::vector<float> in = x.value().ToVector<float>();
    const Values<Complex> reference = {
        Reference(std::vector<Complex>(in.begin(), in.end()), columns)};
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Softmax(x);
    const Tensor dout = RandomTensor({rows, columns}, 2, device);
    tape.Backward(out, dout);
    const std::vector<float> got = out.value().ToVector<float>(), d = dout.ToVector<float>();
    const std::vector<float> dx = x.gradient()->tensor().ToVector<float>();
    for (int64_t r = 0; r < rows; ++r) {
      double mean = 0.0;
      for (int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        mean += d[i] * reference[0][i].real();
      }
      for (int64_t i = r * columns; i < (r + 1) * columns; ++i) {
        const double y = reference[0][i].real();
        ASSERT_TRUE(std::abs(got[i] - y) <= 2e-6 * y) << device.name() << " " << i;
        // The last may take what rounding left of the others.
        const double rest = i + 1 == (r + 1) * columns ? 1e-7 : 0.0;
        ASSERT_TRUE(std::abs(dx[i] - y * (d[i] - mean)) <= 2e-6 * y + rest)
            << device.name() << " " << i;
      }
    }
  }
}

TEST(SoftmaxTest, GradientsOfARowAddUpToZero) {
  for (int64_t columns : {1, 2, 3, 32, 101}) {
    const Variable x = Variable::Leaf(RandomTensor({7, columns}, 1));
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(Softmax(x), RandomTensor({7, columns}, 2));
    const std::vector<float> dx = x.gradient()->tensor().ToVector<float>();
    for (int64_t r = 0; r < 7; ++r) {
      float sum = 0.0f;
      for (int64_t c = 0; c < columns; ++c) sum += dx[r * columns + c];
      EXPECT_EQ(sum, 0.0f) << columns << " columns, row " << r;
    }
  }
}

TEST(SoftmaxTest, InfinitiesAndLargeNumbers) {
  for (Device device : AvailableDevices()) {
    const Tensor x =
        Tensor::From<float>({2, 3}, {1e30f, 1e30f, -1e30f, -INFINITY, 0, -INFINITY}, device);
    EXPECT_EQ(Softmax(Variable(x)).value().ToVector<float>(),
              (std::vector<float>{0.5f, 0.5f, 0, 0, 1, 0}));
    const Tensor nan = Tensor::From<float>({1, 3}, {0, NAN, 1}, device);
    for (float v : Softmax(Variable(nan)).value().ToVector<float>()) EXPECT_TRUE(std::isnan(v));
  }
}

TEST(SoftmaxTest, SameBitsForAnyNumberOfThreads) {
  const Variable x(RandomTensor({1003, 101}, 5));
  std::vector<float> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const std::vector<float> out = Softmax(x).value().ToVector<float>();
    if (first.empty()) first = out;
    EXPECT_EQ(out, first);
  }
  SetNumThreads(0);
}

TEST(SoftmaxDeathTest, Arguments) {
  EXPECT_DEATH(Softmax(Variable(RandomTensor({}, 1))), "softmax of a scalar");
  EXPECT_DEATH(Softmax(Variable(RandomTensor({3}, 1)), DType::kF16), "softmax of f32 into f16");
}

}  // namespace
}  // namespace mneme
