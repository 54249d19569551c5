#include "apps/progress/rate_meter.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'700'000'000);

TEST(RateMeter, KnowsNothingAtFirst) {
  RateMeter meter;
  EXPECT_EQ(meter.PerSecond(), 0);
  meter.Update(1000, kStart);
  EXPECT_EQ(meter.TimeFor(5), absl::InfiniteDuration());
  EXPECT_EQ(meter.TimeFor(0), absl::ZeroDuration());
  meter.Update(1001, kStart);  // the clock stands still
  EXPECT_EQ(meter.PerSecond(), 0);
  meter.Update(1002, kStart + absl::Seconds(1));
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 2);
}

TEST(RateMeter, AnEvenRateIsThatRateFromTheBeginning) {
  RateMeter meter;
  for (int i = 0; i < 200; ++i) {
    meter.Update(500 + 4 * i, kStart + absl::Seconds(2 * i));
    EXPECT_NEAR(meter.PerSecond(), i > 0 ? 2 : 0, 1e-9);
  }
  EXPECT_NEAR(absl::ToDoubleSeconds(meter.TimeFor(60)), 30, 1e-6);
}

TEST(RateMeter, FollowsAChangeWithinItsMemory) {
  RateMeter meter(absl::Seconds(10));
  double done = 0;
  absl::Time now = kStart;
  for (int i = 0; i < 100; ++i) meter.Update(done += 10, now += absl::Seconds(1));
  meter.Update(done += 1, now += absl::Seconds(1));
  EXPECT_GT(meter.PerSecond(), 8.5);  // one slow step is no trend
  for (int i = 0; i < 40; ++i) meter.Update(done += 1, now += absl::Seconds(1));
  EXPECT_NEAR(meter.PerSecond(), 1, 0.3);
}

}  // namespace
}  // namespace mneme
