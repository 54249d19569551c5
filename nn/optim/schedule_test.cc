#include "nn/optim/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mneme {
namespace {

OptimConfig Config(SchedulerKind kind) {
  OptimConfig config;
  config.scheduler = kind;
  config.warmup = 10;
  config.lr_min_ratio = 0.1;
  return config;
}

TEST(ScheduleTest, WarmupIsLinear) {
  for (SchedulerKind kind : {SchedulerKind::kLinear, SchedulerKind::kInvSqrt,
                             SchedulerKind::kCosine, SchedulerKind::kWsd}) {
    EXPECT_DOUBLE_EQ(ScheduleFactor(Config(kind), 1, 110), 0.1);
    EXPECT_DOUBLE_EQ(ScheduleFactor(Config(kind), 5, 110), 0.5);
    EXPECT_DOUBLE_EQ(ScheduleFactor(Config(kind), 10, 110), 1.0);
  }
}

TEST(ScheduleTest, Constant) {
  for (int64_t step : {1, 5, 200}) {
    EXPECT_EQ(ScheduleFactor(Config(SchedulerKind::kConstant), step, 110), 1.0);
  }
}

TEST(ScheduleTest, Linear) {
  const OptimConfig config = Config(SchedulerKind::kLinear);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 60, 110), 0.55);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 110, 110), 0.1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 111, 110), 0.1);
}

TEST(ScheduleTest, InvSqrt) {
  OptimConfig config = Config(SchedulerKind::kInvSqrt);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 40, 110), 0.5);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 100000, 110), 0.1);
  config.exp_factor = 1.0;
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 40, 110), 0.25);
  config.warmup = 0;
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 1, 110), 1.0);
}

TEST(ScheduleTest, Cosine) {
  OptimConfig config = Config(SchedulerKind::kCosine);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 60, 110), 0.55);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 35, 110), 0.1 + 0.45 * (std::cos(M_PI / 4) + 1));
  EXPECT_NEAR(ScheduleFactor(config, 110, 110), 0.1, 1e-15);
  config.cosine_theta = 2.0;
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 60, 110), 0.1 + 0.45 * (std::cos(M_PI / 4) + 1));
  config.cycle_length = 0.5;
  EXPECT_NEAR(ScheduleFactor(config, 110, 110), 1.0, 1e-15);  // two half-waves: up again
}

TEST(ScheduleTest, WarmupStableDecay) {
  OptimConfig config = Config(SchedulerKind::kWsd);
  config.decay_fraction = 0.2;
  EXPECT_EQ(ScheduleFactor(config, 80, 100), 1.0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 90, 100), 0.1 / 0.55);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 100, 100), 0.1);
  config.cycle_length = 0.5;  // two cycles
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 50, 100), 0.1);
  EXPECT_EQ(ScheduleFactor(config, 51, 100), 1.0);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 100, 100), 0.1);
  config.cycle_length = 0.25;
  config.decay_fraction = 1.0;  // no stable part
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 25, 100), 0.1);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 30, 100), 0.1 / (0.2 + 0.8 * 0.1));
}

TEST(ScheduleTest, WarmupAsLongAsTheRunIsFinite) {
  OptimConfig config = Config(SchedulerKind::kCosine);
  EXPECT_NEAR(ScheduleFactor(config, 10, 10), 0.1, 1e-15);
  EXPECT_DOUBLE_EQ(ScheduleFactor(config, 9, 10), 0.9);
}

}  // namespace
}  // namespace mneme
