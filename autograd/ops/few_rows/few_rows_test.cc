#include "autograd/ops/few_rows/few_rows.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr float kEpsilon = 1e-3f;

std::vector<float> Floats(const Tensor& x) { return Cast(x, DType::kF32).ToVector<float>(); }

std::vector<float> Normed(const Tensor& x, const Tensor& weight) {
  std::vector<float> rows = Floats(x);
  const std::vector<float> scale = Floats(weight);
  const size_t columns = scale.size();
  for (size_t begin = 0; begin < rows.size(); begin += columns) {
    double squares = 0.0;
    for (size_t c = 0; c < columns; ++c) squares += double{rows[begin + c]} * rows[begin + c];
    const double inv_rms = 1.0 / std::sqrt(squares / static_cast<double>(columns) + kEpsilon);
    for (size_t c = 0; c < columns; ++c) {
      rows[begin + c] = static_cast<float>(rows[begin + c] * inv_rms * scale[c]);
    }
  }
  return rows;
}

// rows [T, K] by weight [N, K]: [T, N].
std::vector<double> Product(const std::vector<float>& rows, const Tensor& weight) {
  const std::vector<float> w = Floats(weight);
  const size_t columns = weight.dim(1), outputs = weight.dim(0);
  std::vector<double> out(rows.size() / columns * outputs, 0.0);
  for (size_t i = 0; i < out.size(); ++i) {
    for (size_t c = 0; c < columns; ++c) {
      out[i] += double{rows[i / outputs * columns + c]} * w[i % outputs * columns + c];
    }
  }
  return out;
}

// Rows with a bias added to each.
std::vector<double> Plus(std::vector<double> rows, const Tensor& bias) {
  if (!bias.defined()) return rows;
  const std::vector<float> add = Floats(bias);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] += add[i % add.size()];
  return rows;
}

struct Case {
  int64_t rows, columns;
  std::vector<int64_t> outputs;
};

class FewRowsTest : public testing::TestWithParam<Case> {
 protected:
  // Compares what each device gives, twice, with what is expected. `size`: of the sums before they
  // are combined.
  void Check(DType dtype, const std::vector<double>& want, double size,
             const std::function<Tensor(const std::function<Tensor(const Tensor&)>& to)>& run) {
    // Rounding of the result and, where ordinary ops give it, of n.
    const double step = dtype == DType::kF32 ? 1e-6 : dtype == DType::kF16 ? 1e-3 : 8e-3;
    for (Device device : AvailableDevices()) {
      const auto to = [&](const Tensor& x) { return x.To(device); };
      const std::vector<float> got = Floats(run(to));
      ASSERT_EQ(got.size(), want.size());
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_TRUE(std::abs(got[i] - want[i]) <= step * (std::abs(want[i]) + size))
            << device.name() << " " << DTypeName(dtype) << " element " << i << ": " << got[i]
            << " instead of " << want[i];
      }
      ASSERT_EQ(Floats(run(to)), got) << device.name() << " " << DTypeName(dtype);
    }
  }

  static double SumSize() { return std::sqrt(static_cast<double>(GetParam().columns)); }

  Tensor Random(const Shape& shape, DType dtype) {
    return RandomTensor(shape, ++seed_, Device::Cpu(), dtype);
  }

  uint64_t seed_ = 0;
};

constexpr DType kDTypes[] = {DType::kF32, DType::kBF16, DType::kF16};

TEST_P(FewRowsTest, NormedLinear) {
  const auto [rows, columns, outputs] = GetParam();
  for (DType dtype : kDTypes) {
    const Tensor x = Random({rows, columns}, dtype), norm = Random({columns}, dtype);
    std::vector<LinearWeights> layers;
    for (int64_t n : outputs) {
      const bool has_bias = layers.size() != 1;
      layers.push_back({Random({n, columns}, dtype), has_bias ? Random({n}, dtype) : Tensor()});
    }
    for (size_t i = 0; i < layers.size(); ++i) {
      const std::vector<double> want =
          Plus(Product(Normed(x, norm), layers[i].weight), layers[i].bias);
      Check(dtype, want, SumSize(), [&](const auto& to) {
        std::vector<LinearWeights> there;
        for (const auto& [weight, bias] : layers) {
          there.push_back({to(weight), bias.defined() ? to(bias) : bias});
        }
        return NormedLinear({to(x), to(norm), kEpsilon}, there)[i];
      });
    }
  }
}

TEST_P(FewRowsTest, NormedGatedLinear) {
  const auto [rows, columns, outputs] = GetParam();
  for (DType dtype : kDTypes) {
    const Tensor x = Random({rows, columns}, dtype), norm = Random({columns}, dtype);
    const Tensor w1 = Random({outputs[0], columns}, dtype);
    const Tensor w3 = Random({outputs[0], columns}, dtype);
    const std::vector<double> gate = Product(Normed(x, norm), w1);
    std::vector<double> want = Product(Normed(x, norm), w3);
    for (size_t i = 0; i < want.size(); ++i) want[i] *= gate[i] / (1.0 + std::exp(-gate[i]));
    Check(dtype, want, SumSize() * SumSize(), [&](const auto& to) {
      return NormedGatedLinear({to(x), to(norm), kEpsilon}, to(w1), to(w3));
    });
  }
}

TEST_P(FewRowsTest, AddLinear) {
  const auto [rows, columns, outputs] = GetParam();
  for (DType dtype : kDTypes) {
    const Tensor x = Random({rows, columns}, dtype), weight = Random({outputs[0], columns}, dtype);
    const Tensor residual = Random({rows, outputs[0]}, dtype), bias = Random({outputs[0]}, dtype);
    const std::vector<float> add = Floats(residual);
    std::vector<double> want = Product(Floats(x), weight);
    for (size_t i = 0; i < want.size(); ++i) want[i] += add[i];
    Check(dtype, want, SumSize(), [&](const auto& to) {
      return AddLinear(to(residual), to(x), {to(weight), {}});
    });
    Check(dtype, Plus(want, bias), SumSize(), [&](const auto& to) {
      return AddLinear(to(residual), to(x), {to(weight), to(bias)});
    });
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, FewRowsTest,
    testing::Values(Case{1, 8, {1}}, Case{1, 1000, {33, 7, 300}}, Case{2, 24, {5, 9000}},
                    Case{3, 256, {16, 16, 1}}, Case{5, 2056, {10}}, Case{7, 512, {2, 3}},
                    Case{8, 264, {40, 8, 8}}, Case{8, 3072, {3}}, Case{1, 12288, {3}},
                    Case{2, 8, {0}},
                    // Several outputs at a time, rounds, stages.
                    Case{1, 2056, {2200, 1100}}, Case{3, 520, {3200}}, Case{8, 600, {2500}},
                    // These go through the ordinary ops.
                    Case{9, 16, {4, 5}}, Case{3, 13, {6}}, Case{0, 16, {4}}, Case{4, 12800, {3}}));

TEST(FewRowsDeathTest, NamesTheFault) {
  const Tensor x = RandomTensor({2, 8}, 1), norm = RandomTensor({8}, 2);
  EXPECT_DEATH(NormedLinear({x, norm, kEpsilon}, {{RandomTensor({3, 7}, 1), {}}}),
               R"(few rows: f32 \[2, 8\] by weight f32 \[3, 7\])");
  EXPECT_DEATH(AddLinear(x, x, {RandomTensor({8, 8}, 1), RandomTensor({7}, 2)}),
               R"(weight \[8, 8\] with bias f32 \[7\])");
  EXPECT_DEATH(NormedLinear({x, norm, kEpsilon}, {}), "with 0 weights");
  EXPECT_DEATH(NormedLinear({x, RandomTensor({7}, 1), kEpsilon}, {{RandomTensor({3, 8}, 1), {}}}),
               R"(norm weight f32 \[7\])");
  EXPECT_DEATH(AddLinear(x, x, {RandomTensor({3, 8}, 1), {}}), R"(to f32 \[2, 8\])");
  EXPECT_DEATH(
      NormedGatedLinear({x, norm, kEpsilon}, RandomTensor({3, 8}, 1), RandomTensor({4, 8}, 1)),
      "gate");
}

}  // namespace
}  // namespace mneme
