#include "runtime/random/philox_stream.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"

namespace mneme {
namespace {

TEST(PhiloxStreamTest, KeyAndPositionAreTheWholeState) {
  for (int draws : {0, 1, 2, 3, 4, 5, 8, 103}) {
    PhiloxStream stream(MakePhiloxKey(1, HashName("shuffle")));
    for (int i = 0; i < draws; ++i) stream.Next32();
    EXPECT_EQ(stream.position(), static_cast<uint64_t>(draws));
    PhiloxStream resumed(stream.key(), stream.position());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(resumed.Next32(), stream.Next32());
    EXPECT_EQ(resumed.Next64(), stream.Next64());
    EXPECT_EQ(resumed.UniformDouble(), stream.UniformDouble());
    EXPECT_EQ(resumed.position(), stream.position());
  }
}

TEST(PhiloxStreamTest, BelowIsUniform) {
  PhiloxStream stream(MakePhiloxKey(2, HashName("below")));
  constexpr uint64_t kBound = 7;
  constexpr int64_t kDraws = 70000;
  std::vector<int64_t> counts(kBound, 0);
  for (int64_t i = 0; i < kDraws; ++i) {
    const uint64_t value = stream.Below(kBound);
    ASSERT_LT(value, kBound);
    ++counts[value];
  }
  const double expected = static_cast<double>(kDraws) / kBound;
  double chi_square = 0.0;
  for (int64_t count : counts) chi_square += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi_square, 22.5);  // 6 degrees of freedom: exceeded with probability 0.001
}

TEST(PhiloxStreamTest, BelowRejectsWhatWouldFavourSomeValues) {
  // For this bound a third of all words must be rejected: without, two of three values of the
  // lower half would come twice as often as the rest.
  PhiloxStream stream(MakePhiloxKey(3, HashName("reject")));
  constexpr uint64_t kBound = (uint64_t{1} << 63) + (uint64_t{1} << 62);  // 3/4 of 2^64
  constexpr int64_t kDraws = 30000;
  int64_t thirds[3] = {0, 0, 0};
  for (int64_t i = 0; i < kDraws; ++i) {
    const uint64_t value = stream.Below(kBound);
    ASSERT_LT(value, kBound);
    ++thirds[value % 3];
  }
  for (int64_t third : thirds) EXPECT_LT(std::abs(third - kDraws / 3), 350);  // 4 sigma
  EXPECT_GT(stream.position(), static_cast<uint64_t>(2 * kDraws * 1.2));
}

TEST(PhiloxStreamTest, BoundOneDrawsZero) {
  PhiloxStream stream(MakePhiloxKey(4, 0));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(stream.Below(1), 0u);
}

TEST(PhiloxStreamTest, UniformDoubleMoments) {
  PhiloxStream stream(MakePhiloxKey(5, HashName("double")));
  constexpr int64_t kDraws = 100000;
  double sum = 0.0, square = 0.0;
  for (int64_t i = 0; i < kDraws; ++i) {
    const double u = stream.UniformDouble();
    ASSERT_TRUE(u >= 0.0 && u < 1.0);
    sum += u;
    square += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 4 * std::sqrt(1.0 / 12 / kDraws));
  EXPECT_NEAR(square / kDraws, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / kDraws));
}

TEST(PhiloxStreamTest, ShuffleIsAPermutationAndFair) {
  PhiloxStream stream(MakePhiloxKey(6, HashName("permutation")));
  std::vector<int> large(1000);
  std::iota(large.begin(), large.end(), 0);
  std::vector<int> shuffled = large;
  stream.Shuffle(shuffled);
  EXPECT_NE(shuffled, large);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, large);

  std::map<std::vector<int>, int64_t> orders;
  constexpr int64_t kShuffles = 24000;
  for (int64_t i = 0; i < kShuffles; ++i) {
    std::vector<int> four = {0, 1, 2, 3};
    stream.Shuffle(four);
    ++orders[four];
  }
  EXPECT_EQ(orders.size(), 24u);
  double chi_square = 0.0;
  for (const auto& [order, count] : orders) chi_square += (count - 1000.0) * (count - 1000.0) / 1e3;
  EXPECT_LT(chi_square, 49.7);  // 23 degrees of freedom: exceeded with probability 0.001
}

TEST(PhiloxStreamTest, ShuffleOfNothing) {
  PhiloxStream stream(MakePhiloxKey(7, 0));
  std::vector<int> none, one = {5};
  stream.Shuffle(none);
  stream.Shuffle(one);
  EXPECT_EQ(one[0], 5);
  EXPECT_EQ(stream.position(), 0u);
}

}  // namespace
}  // namespace mneme
