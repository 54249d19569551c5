#include "autograd/ops/rms_norm/rms_norm.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// out = x / sqrt(mean(x^2) + epsilon), times the weight where there is a second input.
auto RmsNormFormula(int64_t rows, int64_t columns, float epsilon) {
  return [=](const auto& in) {
    auto out = in[0];
    for (int64_t r = 0; r < rows; ++r) {
      auto mean = in[0][0] * 0.0;
      for (int64_t c = 0; c < columns; ++c) {
        mean += in[0][r * columns + c] * in[0][r * columns + c] / static_cast<double>(columns);
      }
      const auto rms = sqrt(mean + static_cast<double>(epsilon));
      for (int64_t c = 0; c < columns; ++c) {
        out[r * columns + c] /= rms;
        if (in.size() == 2) out[r * columns + c] *= in[1][c];
      }
    }
    return out;
  };
}

void CheckRmsNorm(int64_t rows, int64_t columns, float epsilon, float input_scale = 1.0f) {
  const auto formula = RmsNormFormula(rows, columns, epsilon);
  const CheckOptions options = {.sum_length = std::max(rows, columns), .input_scale = input_scale};
  CheckOp(
      {{rows, columns}}, [=](const auto& in) { return RmsNorm(in[0], Variable(), epsilon); },
      formula, options);
  CheckOp(
      {{rows, columns}, {columns}}, [=](const auto& in) { return RmsNorm(in[0], in[1], epsilon); },
      formula, options);
}

TEST(RmsNormTest, MatchesReference) {
  CheckRmsNorm(0, 5, 1e-5f);
  CheckRmsNorm(1, 1, 0.5f);
  CheckRmsNorm(2, 16, 1e-5f);
  CheckRmsNorm(7, 5, 1e-5f);
  CheckRmsNorm(3, 33, 1e-2f);
  CheckRmsNorm(2, 101, 1e-6f);
  CheckRmsNorm(67, 3, 1e-5f);
  CheckRmsNorm(1, 2053, 1e-5f);
  CheckRmsNorm(5, 7, 1e-5f, 1e-3f);  // epsilon matters
}

// More rows than one group: the groups' sums meet in dweight.
TEST(RmsNormTest, WeightGradientOverManyGroups) {
  constexpr int64_t kRows = 1009, kColumns = 67;
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      const Variable x = Variable::Leaf(RandomTensor({kRows, kColumns}, 1, device, dtype));
      const Variable weight = Variable::Leaf(RandomTensor({kColumns}, 2, device, dtype));
      const Tensor dout = RandomTensor({kRows, kColumns}, 3, device, dtype);
      Tape tape;
      TapeScope scope(&tape);
      tape.Backward(RmsNorm(x, weight, 1e-5f), dout);
      ASSERT_EQ(weight.gradient()->tensor().dtype(), DType::kF32);
      const std::vector<float> got = weight.gradient()->tensor().ToVector<float>();
      const std::vector<float> xs = Cast(x.value(), DType::kF32).ToVector<float>();
      const std::vector<float> ds = Cast(dout, DType::kF32).ToVector<float>();
      std::vector<double> want(kColumns), magnitude(kColumns);
      for (int64_t r = 0; r < kRows; ++r) {
        double mean = 0.0;
        for (int64_t i = r * kColumns; i < (r + 1) * kColumns; ++i) {
          mean += static_cast<double>(xs[i]) * xs[i] / kColumns;
        }
        for (int64_t c = 0; c < kColumns; ++c) {
          const double term = ds[r * kColumns + c] * xs[r * kColumns + c] / std::sqrt(mean + 1e-5);
          want[c] += term;
          magnitude[c] += std::abs(term);
        }
      }
      for (int64_t c = 0; c < kColumns; ++c) {
        ASSERT_TRUE(std::abs(got[c] - want[c]) <= 1e-6 * magnitude[c])
            << device.name() << " " << DTypeName(dtype) << " column " << c << ": " << got[c]
            << ", expected " << want[c];
      }
    }
  }
}

TEST(RmsNormTest, KeepsShapesAndZeroRowsStayZero) {
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(Tensor::Zeros({2, 3, 4}, DType::kF32, device));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = RmsNorm(x, Variable(), 1e-5f);
    EXPECT_EQ(out.value().shape(), Shape({2, 3, 4}));
    EXPECT_EQ(out.value().ToVector<float>(), std::vector<float>(24, 0.0f));
    tape.Backward(out, RandomTensor({2, 3, 4}, 1, device));
    for (float v : x.gradient()->tensor().ToVector<float>()) EXPECT_TRUE(std::isfinite(v));
  }
}

TEST(RmsNormTest, ConstantInputsGetNoGradient) {
  for (Device device : AvailableDevices()) {
    const Tensor x = RandomTensor({3, 5}, 1, device), weight = RandomTensor({5}, 2, device);
    const Tensor dout = RandomTensor({3, 5}, 3, device);
    const Variable both_x = Variable::Leaf(x), both_weight = Variable::Leaf(weight);
    const Variable only_x = Variable::Leaf(x), only_weight = Variable::Leaf(weight);
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(RmsNorm(both_x, both_weight, 1e-5f), dout);
    tape.Backward(RmsNorm(only_x, Variable(weight), 1e-5f), dout);
    tape.Backward(RmsNorm(Variable(x), only_weight, 1e-5f), dout);
    EXPECT_EQ(only_x.gradient()->tensor().ToVector<float>(),
              both_x.gradient()->tensor().ToVector<float>());
    EXPECT_EQ(only_weight.gradient()->tensor().ToVector<float>(),
              both_weight.gradient()->tensor().ToVector<float>());
  }
}

TEST(RmsNormTest, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const Variable x = Variable::Leaf(RandomTensor({1009, 101}, 1));
    const Variable weight = Variable::Leaf(RandomTensor({101}, 2));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = RmsNorm(x, weight, 1e-5f);
    tape.Backward(out, RandomTensor({1009, 101}, 3));
    const std::vector<std::vector<float>> results = {out.value().ToVector<float>(),
                                                     x.gradient()->tensor().ToVector<float>(),
                                                     weight.gradient()->tensor().ToVector<float>()};
    if (first.empty()) first = results;
    EXPECT_TRUE(results == first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(RmsNormDeathTest, NamesWhatDisagrees) {
  const Variable x(RandomTensor({2, 3}, 1));
  EXPECT_DEATH(RmsNorm(x, Variable(RandomTensor({2}, 1)), 1e-5f),
               R"(rms_norm of \[2, 3\] by weight \[2\])");
  EXPECT_DEATH(RmsNorm(x, Variable(RandomTensor({3}, 1, Device::Cpu(), DType::kBF16)), 1e-5f),
               "rms_norm of f32 on cpu by weight bf16 on cpu");
}

}  // namespace
}  // namespace mneme
