#include "runtime/random/distributions.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "gtest/gtest.h"
#include "runtime/random/philox.h"

namespace mneme {
namespace {

constexpr int64_t kAllInputs = 1 << 24;  // distributions look at the upper 24 bits only

// erf^-1(x) for 0 < x < 1 by Newton's method in double, starting from a good guess.
double ReferenceErfInv(double x, double guess) {
  double z = guess;
  for (int i = 0; i < 3; ++i) {
    const double excess = x < 0.5 ? std::erf(z) - x : (1.0 - x) - std::erfc(z);
    z -= excess * std::sqrt(M_PI) / 2.0 * std::exp(z * z);
  }
  return z;
}

TEST(DistributionsTest, UniformRanges) {
  EXPECT_EQ(Uniform(0), 0.0f);
  EXPECT_EQ(Uniform(0xffffffff), 1.0f - 0x1p-24f);
  EXPECT_EQ(UniformSymmetric(0), -1.0f + 0x1p-24f);
  EXPECT_EQ(UniformSymmetric(0xffffffff), 1.0f - 0x1p-24f);
  for (uint32_t bits : {0u, 1u, 0x12345678u, 0x7fffffffu, 0x80000000u, 0xfedcba98u}) {
    EXPECT_EQ(UniformSymmetric(bits), -UniformSymmetric(~bits));
  }
}

TEST(DistributionsTest, NegativeLogIsAccurate) {
  double worst = 0.0;
  for (int64_t k = 1; k < kAllInputs; k += 3) {
    const float y = static_cast<float>(k) * 0x1p-23f;  // in (0, 2)
    const double expected = -std::log(static_cast<double>(y));
    const double error = std::fabs(NegativeLog(y) - expected);
    if (!(error <= worst * std::fabs(expected))) worst = error / std::fabs(expected);
  }
  EXPECT_TRUE(worst <= 2e-7) << worst;
  EXPECT_EQ(NegativeLog(1.0f), 0.0f);
}

TEST(DistributionsTest, ErfInvIsAccurate) {
  double worst = 0.0;
  for (int64_t k = kAllInputs / 2; k < kAllInputs; k += 7) {
    const float x = UniformSymmetric(static_cast<uint32_t>(k << 8));
    const double expected = ReferenceErfInv(x, ErfInv(x));
    const double error = std::fabs(ErfInv(x) - expected) / expected;
    if (!(error <= worst)) worst = error;
  }
  // The last representable ones, where the tail is thinnest.
  for (float x : {1.0f - 0x1p-24f, 1.0f - 0x1p-23f, 0.9966f, 0.9967f, 0x1p-24f}) {
    const double expected = ReferenceErfInv(x, ErfInv(x));
    const double error = std::fabs(ErfInv(x) - expected) / expected;
    if (!(error <= worst)) worst = error;
  }
  EXPECT_TRUE(worst <= 1e-6) << worst;
}

// Over all inputs the moments are those of the distribution, free of sampling error.
TEST(DistributionsTest, NormalMoments) {
  double square = 0.0, fourth = 0.0;
  for (int64_t k = 0; k < kAllInputs; ++k) {
    const double z = Normal(static_cast<uint32_t>(k << 8));
    square += z * z;
    fourth += z * z * z * z;
  }
  EXPECT_NEAR(square / kAllInputs, 1.0, 1e-5);
  EXPECT_NEAR(fourth / kAllInputs, 3.0, 1e-3);
}

TEST(DistributionsTest, TruncatedNormalMomentsAndRange) {
  double square = 0.0;
  float largest = 0.0f;
  for (int64_t k = 0; k < kAllInputs; ++k) {
    const float z = TruncatedNormal(static_cast<uint32_t>(k << 8));
    square += static_cast<double>(z) * z;
    largest = std::max(largest, std::fabs(z));
  }
  EXPECT_NEAR(std::sqrt(square / kAllInputs), 0.98658, 1e-5);
  EXPECT_TRUE(largest <= 3.0f) << largest;
  EXPECT_TRUE(largest > 2.9999f) << largest;
}

TEST(DistributionsTest, Symmetric) {
  for (uint32_t k = 0; k < kAllInputs; k += 1001) {
    EXPECT_EQ(Normal(k << 8), -Normal(~(k << 8)));
    EXPECT_EQ(TruncatedNormal(k << 8), -TruncatedNormal(~(k << 8)));
  }
}

// One changed bit of one number among all 2^24 changes the hash: every compiler, flag and CPU
// must give these bits.
template <typename Distribution>
uint64_t HashOfAllResults(Distribution distribution) {
  uint64_t hash = 0;
  for (int64_t k = 0; k < kAllInputs; ++k) {
    const float z = distribution(static_cast<uint32_t>(k << 8));
    uint32_t bits;
    std::memcpy(&bits, &z, sizeof(bits));
    hash = MixBits(hash + bits);
  }
  return hash;
}

TEST(DistributionsTest, BitsAreTheSameEverywhere) {
  EXPECT_EQ(HashOfAllResults([](uint32_t bits) { return Normal(bits); }), 13798538347327467602u);
  EXPECT_EQ(HashOfAllResults([](uint32_t bits) { return TruncatedNormal(bits); }),
            7497697920853007596u);
}

}  // namespace
}  // namespace mneme
