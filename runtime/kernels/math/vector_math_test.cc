#include "runtime/kernels/math/vector_math.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mneme::cpu {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// Distance from the true value in units of its last place as a float, subnormals included.
// No last place counts as smaller than 2^least.
double Ulps(float got, double want, int least = -149) {
  const float rounded = static_cast<float>(want);
  if (got == rounded) return 0.0;
  if (std::isinf(got) || std::isinf(rounded)) return 1e9;
  int exponent;
  std::frexp(want, &exponent);
  return std::abs(got - want) / std::ldexp(1.0, std::max(exponent - 24, least));
}

// Every finite float of a stride that is coprime with the powers of two, so that all exponents and
// many fractions come up, and every float near `dense`.
template <typename F, typename G>
void ExpectWithin(double ulps, F function, G reference, float dense, int least = -149) {
  double worst = 0.0;
  float place = 0.0f;
  const auto check = [&](float x) {
    const double off = Ulps(function(x), reference(static_cast<double>(x)), least);
    if (!(off <= worst)) worst = off, place = x;
  };
  for (uint64_t bits = 0; bits <= 0xffffffffu; bits += 1531) {
    const float x = FloatFromBits(static_cast<uint32_t>(bits));
    if (std::isfinite(x)) check(x);
  }
  const uint32_t around = FloatBits(dense);
  for (uint32_t bits = around - 100000; bits < around + 100000; ++bits) check(FloatFromBits(bits));
  EXPECT_TRUE(worst <= ulps) << worst << " ulp off at " << place << ": " << function(place)
                             << " instead of " << reference(static_cast<double>(place));
}

TEST(VectorMathTest, Exp) {
  ExpectWithin(
      1.1, ExpF, [](double x) { return std::exp(x); }, 88.7f);
  EXPECT_EQ(ExpF(0.0f), 1.0f);
  EXPECT_EQ(ExpF(-kInfinity), 0.0f);
  EXPECT_EQ(ExpF(kInfinity), kInfinity);
  EXPECT_EQ(ExpF(1e30f), kInfinity);
  EXPECT_TRUE(std::isnan(ExpF(kNan)));
}

TEST(VectorMathTest, Log) {
  const auto reference = [](double x) { return std::log(x); };
  double worst = 0.0;
  for (uint32_t bits = 1; bits < 0x7f800000u; bits += 601) {
    const float x = FloatFromBits(bits);
    const double off = Ulps(LogF(x), reference(x));
    if (!(off <= worst)) worst = off;
  }
  for (uint32_t bits = 0x3f000000u; bits < 0x40000000u; bits += 7) {  // about 1
    const float x = FloatFromBits(bits);
    const double off = Ulps(LogF(x), reference(x));
    if (!(off <= worst)) worst = off;
  }
  EXPECT_TRUE(worst <= 1.5) << worst;
  EXPECT_EQ(LogF(1.0f), 0.0f);
  EXPECT_EQ(LogF(0.0f), -kInfinity);
  EXPECT_EQ(LogF(-0.0f), -kInfinity);
  EXPECT_EQ(LogF(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(LogF(-1.0f)));
  EXPECT_TRUE(std::isnan(LogF(-1e-40f)));
  EXPECT_TRUE(std::isnan(LogF(-kInfinity)));
  EXPECT_TRUE(std::isnan(LogF(kNan)));
}

TEST(VectorMathTest, Sigmoid) {
  ExpectWithin(
      3.0, SigmoidF, [](double x) { return 1.0 / (1.0 + std::exp(-x)); }, -87.0f);
  EXPECT_EQ(SigmoidF(kInfinity), 1.0f);
  EXPECT_EQ(SigmoidF(-kInfinity), 0.0f);
  EXPECT_TRUE(std::isnan(SigmoidF(kNan)));
}

TEST(VectorMathTest, Silu) {
  ExpectWithin(
      3.0, SiluF, [](double x) { return x / (1.0 + std::exp(-x)); }, -86.0f, -142);
  EXPECT_EQ(SiluF(kInfinity), kInfinity);
  EXPECT_EQ(SiluF(-kInfinity), 0.0f);
  EXPECT_TRUE(std::isnan(SiluF(kNan)));
}

TEST(VectorMathTest, Erf) {
  ExpectWithin(
      2.0, ErfF, [](double x) { return std::erf(x); }, 0.93f);
  EXPECT_EQ(ErfF(kInfinity), 1.0f);
  EXPECT_EQ(ErfF(-kInfinity), -1.0f);
  EXPECT_TRUE(std::signbit(ErfF(-0.0f)));
  EXPECT_TRUE(std::isnan(ErfF(kNan)));
}

// A loop is vectorised, so its results come from other instructions than a single call's.
TEST(VectorMathTest, LoopsGiveTheSameBits) {
  constexpr int kCount = 1003;
  float x[kCount], e[kCount], l[kCount], r[kCount];
  for (int i = 0; i < kCount; ++i) x[i] = -120.0f + 0.25f * i;
  for (int i = 0; i < kCount; ++i) e[i] = ExpF(x[i]);
  for (int i = 0; i < kCount; ++i) l[i] = LogF(e[i]);
  for (int i = 0; i < kCount; ++i) r[i] = ErfF(x[i]);
  for (int i = 0; i < kCount; ++i) {
    volatile float single = x[i], single_e = e[i];
    ASSERT_EQ(e[i], ExpF(single)) << x[i];
    ASSERT_EQ(FloatBits(l[i]), FloatBits(LogF(single_e))) << x[i];
    ASSERT_EQ(r[i], ErfF(single)) << x[i];
  }
}

}  // namespace
}  // namespace mneme::cpu
