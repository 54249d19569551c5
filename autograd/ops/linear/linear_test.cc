#include "autograd/ops/linear/linear.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// out[r, o] = sum over i of x[r, i] w[o, i], plus bias[o] where there is a third input.
auto LinearFormula(int64_t rows, int64_t in_dim, int64_t out_dim) {
  return [=](const auto& in) {
    auto out = in[0];
    out.assign(rows * out_dim, 0.0);
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t o = 0; o < out_dim; ++o) {
        auto& sum = out[r * out_dim + o];
        if (in.size() == 3) sum = in[2][o];
        for (int64_t i = 0; i < in_dim; ++i) sum += in[0][r * in_dim + i] * in[1][o * in_dim + i];
      }
    }
    return out;
  };
}

void CheckLinear(int64_t rows, int64_t in_dim, int64_t out_dim) {
  const CheckOptions options = {.sum_length = std::max({rows, in_dim, out_dim})};
  const auto formula = LinearFormula(rows, in_dim, out_dim);
  CheckOp(
      {{rows, in_dim}, {out_dim, in_dim}}, [](const auto& in) { return Linear(in[0], in[1]); },
      formula, options);
  CheckOp(
      {{rows, in_dim}, {out_dim, in_dim}, {out_dim}},
      [](const auto& in) { return Linear(in[0], in[1], in[2]); }, formula, options);
}

TEST(LinearTest, MatchesReference) {
  CheckLinear(1, 1, 1);
  CheckLinear(7, 5, 3);
  CheckLinear(1, 33, 17);
  CheckLinear(37, 2, 29);
  CheckLinear(3, 0, 5);
}

TEST(LinearTest, NoRowsGiveZeroWeightGradients) {
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(Tensor::Zeros({0, 3}, DType::kF32, device));
    const Variable weight = Variable::Leaf(RandomTensor({4, 3}, 1, device));
    const Variable bias = Variable::Leaf(RandomTensor({4}, 2, device));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Linear(x, weight, bias);
    EXPECT_EQ(out.value().shape(), Shape({0, 4}));
    Tensor dout = Tensor::Zeros({0, 4}, DType::kF32, device);
    // What the allocator hands out again must not show in the gradients.
    { const Tensor stale = Tensor::From<float>({4, 3}, std::vector<float>(12, NAN), device); }
    tape.Backward(out, std::move(dout));
    EXPECT_EQ(weight.gradient()->tensor().ToVector<float>(), std::vector<float>(12, 0.0f));
    EXPECT_EQ(bias.gradient()->tensor().ToVector<float>(), std::vector<float>(4, 0.0f));
    EXPECT_EQ(x.gradient()->tensor().shape(), Shape({0, 3}));
  }
}

TEST(LinearTest, LeadingDimensionsStayAndWeightGradientsAreF32) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      const Variable x = Variable::Leaf(RandomTensor({2, 3, 5}, 1, device, dtype));
      const Variable weight = Variable::Leaf(RandomTensor({7, 5}, 2, device, dtype));
      const Variable bias = Variable::Leaf(RandomTensor({7}, 3, device, dtype));
      Tape tape;
      TapeScope scope(&tape);
      const Variable out = Linear(x, weight, bias);
      EXPECT_EQ(out.value().shape(), Shape({2, 3, 7}));
      EXPECT_EQ(out.value().dtype(), dtype);
      tape.Backward(out, RandomTensor({2, 3, 7}, 4, device, dtype));
      EXPECT_EQ(x.gradient()->tensor().shape(), Shape({2, 3, 5}));
      EXPECT_EQ(x.gradient()->tensor().dtype(), dtype);
      EXPECT_EQ(weight.gradient()->tensor().dtype(), DType::kF32);
      EXPECT_EQ(bias.gradient()->tensor().dtype(), DType::kF32);
    }
  }
}

TEST(LinearTest, ConstantInputsGetNoGradient) {
  const Variable x(RandomTensor({2, 3}, 1)), weight(RandomTensor({4, 3}, 2));
  const Variable bias = Variable::Leaf(RandomTensor({4}, 3));
  Tape tape;
  TapeScope scope(&tape);
  EXPECT_FALSE(Linear(x, weight).requires_grad());
  tape.Backward(Linear(x, weight, bias), RandomTensor({2, 4}, 4));
  EXPECT_TRUE(bias.gradient()->defined());
  const Variable leaf_x = Variable::Leaf(x.value());
  tape.Backward(Linear(leaf_x, weight), RandomTensor({2, 4}, 4));
  EXPECT_TRUE(leaf_x.gradient()->defined());
  const Variable leaf_weight = Variable::Leaf(weight.value());
  tape.Backward(Linear(x, leaf_weight), RandomTensor({2, 4}, 4));
  EXPECT_TRUE(leaf_weight.gradient()->defined());
}

TEST(LinearTest, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const Variable x = Variable::Leaf(RandomTensor({301, 133}, 1));
    const Variable weight = Variable::Leaf(RandomTensor({267, 133}, 2));
    const Variable bias = Variable::Leaf(RandomTensor({267}, 3));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Linear(x, weight, bias);
    tape.Backward(out, RandomTensor({301, 267}, 4));
    const std::vector<std::vector<float>> results = {
        out.value().ToVector<float>(), x.gradient()->tensor().ToVector<float>(),
        weight.gradient()->tensor().ToVector<float>(), bias.gradient()->tensor().ToVector<float>()};
    if (first.empty()) first = results;
    EXPECT_TRUE(results == first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(LinearDeathTest, NamesWhatDisagrees) {
  const Variable x(RandomTensor({2, 3}, 1)), weight(RandomTensor({4, 3}, 2));
  EXPECT_DEATH(Linear(x, x, x), R"(weight \[2, 3\] with bias \[2, 3\])");
  EXPECT_DEATH(Linear(weight, Variable(RandomTensor({2, 4}, 1))),
               R"(linear of \[4, 3\] by weight \[2, 4\])");
  EXPECT_DEATH(Linear(x, Variable(RandomTensor({4, 3}, 1, Device::Cpu(), DType::kBF16))),
               "linear of f32 by weight bf16");
  EXPECT_DEATH(Linear(x, weight, Variable(RandomTensor({3}, 1))), R"(with bias \[3\])");
}

}  // namespace
}  // namespace mneme
