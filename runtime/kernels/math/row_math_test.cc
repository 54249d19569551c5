#include "runtime/kernels/math/row_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mneme::cpu {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Between -4 and 4, the same for every run.
std::vector<float> Numbers(int64_t count) {
  std::vector<float> x(count);
  for (int64_t i = 0; i < count; ++i) x[i] = static_cast<float>((i * 7919 + 13) % 2003) / 250 - 4;
  return x;
}

TEST(RowMathTest, AwkwardLengths) {
  for (int64_t count : {1, 2, 15, 16, 17, 511, 512, 513, 1040, 100003}) {
    const std::vector<float> x = Numbers(count);
    double max = -INFINITY, sum = 0, squares = 0, exps = 0;
    for (float v : x) {
      max = std::fmax(max, v);
      sum += v;
      squares += static_cast<double>(v) * v;
      exps += std::exp(static_cast<double>(v));
    }
    EXPECT_EQ(RowMax(x.data(), count), max) << count;
    EXPECT_NEAR(RowSum(x.data(), count), sum, 1e-5 * count) << count;
    EXPECT_NEAR(RowDot(x.data(), x.data(), count), squares, 1e-6 * squares) << count;
    EXPECT_NEAR(RowLogSumExp(x.data(), count), std::log(exps), 2e-6) << count;
    std::vector<float> e(count), in_place = x;
    EXPECT_NEAR(RowExp(x.data(), count, 1.0f, e.data()), exps / M_E, 1e-6 * exps) << count;
    EXPECT_EQ(RowExpInPlace(in_place.data(), count, 1.0f), RowSum(e.data(), count)) << count;
    EXPECT_EQ(in_place, e);
  }
}

TEST(RowMathTest, MaximumAtEveryPlace) {
  std::vector<float> x(67, -3.0f);
  for (float& v : x) {
    v = 5.0f;
    EXPECT_EQ(RowMax(x.data(), 67), 5.0f);
    v = -3.0f;
  }
}

TEST(RowMathTest, HalfPrecision) {
  std::vector<bf16> x;
  for (float v : Numbers(100)) x.emplace_back(v);
  double exps = 0;
  for (bf16 v : x) exps += std::exp(static_cast<double>(static_cast<float>(v)));
  EXPECT_NEAR(RowLogSumExp(x.data(), 100), std::log(exps), 2e-6);
}

TEST(RowMathTest, LogSumExpOfExtremes) {
  const std::vector<float> large = {1e30f, -1e30f, 1e30f};
  EXPECT_EQ(RowLogSumExp(large.data(), 3), 1e30f);
  const std::vector<float> masked = {-kInfinity, 2.0f, -kInfinity};
  EXPECT_EQ(RowLogSumExp(masked.data(), 3), 2.0f);
  const std::vector<float> with_nan = {1.0f, NAN, 2.0f};
  EXPECT_TRUE(std::isnan(RowLogSumExp(with_nan.data(), 3)));
}

TEST(RowMathTest, EmptyRow) {
  EXPECT_EQ(RowMax<float>(nullptr, 0), -kInfinity);
  EXPECT_EQ(RowSum<float>(nullptr, 0), 0.0);
}

}  // namespace
}  // namespace mneme::cpu
