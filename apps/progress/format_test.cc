#include "apps/progress/format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace mneme {
namespace {

TEST(Format, Counts) {
  EXPECT_EQ(ShortCount(0), "0");
  EXPECT_EQ(ShortCount(7.5), "7.5");
  EXPECT_EQ(ShortCount(950), "950");
  EXPECT_EQ(ShortCount(999.4), "999");
  EXPECT_EQ(ShortCount(999.6), "1k");
  EXPECT_EQ(ShortCount(3100), "3.1k");
  EXPECT_EQ(ShortCount(18432), "18.4k");
  EXPECT_EQ(ShortCount(99960), "100k");
  EXPECT_EQ(ShortCount(999'999), "1M");
  EXPECT_EQ(ShortCount(2'049'000), "2.05M");
  EXPECT_EQ(ShortCount(4.3e9), "4.3G");
  EXPECT_EQ(ShortCount(7e15), "7000T");
  EXPECT_EQ(ShortCount(-1500), "-1.5k");
  EXPECT_EQ(ShortCount(-0.001), "0");
  EXPECT_EQ(ShortCount(std::nan("")), "nan");
  EXPECT_EQ(ShortCount(-std::numeric_limits<double>::infinity()), "-inf");
}

TEST(Format, Bytes) {
  EXPECT_EQ(ShortBytes(0), "0 B");
  EXPECT_EQ(ShortBytes(812), "812 B");
  EXPECT_EQ(ShortBytes(1536), "1.5 KiB");
  EXPECT_EQ(ShortBytes(1023.0 * 1024), "1 MiB");
  EXPECT_EQ(ShortBytes(64 << 20), "64 MiB");
  EXPECT_EQ(ShortBytes(4.0 * (1 << 30)), "4 GiB");
}

TEST(Format, DurationsCarryIntoTheNextUnit) {
  EXPECT_EQ(ShortDuration(absl::Seconds(-3)), "0s");
  EXPECT_EQ(ShortDuration(absl::Milliseconds(499)), "0s");
  EXPECT_EQ(ShortDuration(absl::Seconds(42)), "42s");
  EXPECT_EQ(ShortDuration(absl::Seconds(59.6)), "1m00s");
  EXPECT_EQ(ShortDuration(absl::Seconds(72)), "1m12s");
  EXPECT_EQ(ShortDuration(absl::Seconds(3599.7)), "1h00m");
  EXPECT_EQ(ShortDuration(absl::Minutes(125)), "2h05m");
  EXPECT_EQ(ShortDuration(absl::Hours(24) - absl::Seconds(20)), "1d00h");
  EXPECT_EQ(ShortDuration(absl::Hours(76)), "3d04h");
  EXPECT_EQ(ShortDuration(absl::InfiniteDuration()), "?");
}

TEST(Format, LearningRates) {
  EXPECT_EQ(ShortRate(0.0029), "2.9e-03");
  EXPECT_EQ(ShortRate(0), "0");
}

TEST(Format, Bars) {
  EXPECT_EQ(BarText(0, 12), "[>         ]");
  EXPECT_EQ(BarText(0.45, 12), "[====>     ]");
  EXPECT_EQ(BarText(1, 12), "[==========]");
  EXPECT_EQ(BarText(7, 6), "[====]");
  EXPECT_EQ(BarText(std::nan(""), 6), "[>   ]");
  EXPECT_EQ(BarText(0.5, 2), "[]");
}

}  // namespace
}  // namespace mneme
