#include "apps/train/step_meter.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

// What does not depend on how long it takes.
TEST(StepMeterTest, AveragesOverTheStepsSinceStart) {
  StepMeter meter;
  meter.Start();
  meter.Add(10, 0.5);
  meter.Add(20, 1.5);
  meter.Stop();
  EXPECT_DOUBLE_EQ(meter.data_seconds(), 1.0);
  EXPECT_DOUBLE_EQ(meter.tokens_per_second() * meter.step_seconds(), 15.0);
  meter.Start();
  meter.Add(8, 0.25);
  meter.Stop();
  EXPECT_DOUBLE_EQ(meter.data_seconds(), 0.25);
  EXPECT_DOUBLE_EQ(meter.tokens_per_second() * meter.step_seconds(), 8.0);
}

}  // namespace
}  // namespace mneme
