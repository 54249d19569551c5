#include "apps/bench/phase_timer.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"
#include "runtime/core/tensor.h"

namespace mneme {
namespace {

TEST(PhaseTimerTest, MedianOfOddAndEven) {
  EXPECT_EQ(Median({5.0}), 5.0);
  EXPECT_EQ(Median({3.0, 9.0, 1.0}), 3.0);
  EXPECT_EQ(Median({4.0, 1.0, 2.0, 8.0}), 3.0);
}

TEST(PhaseTimerTest, PhasesAddUp) {
  for (Device device : AvailableDevices()) {
    PhaseTimer timer(device);
    timer.Begin();
    Tensor::Zeros({1 << 24}, DType::kF32, device);
    timer.Mark("a");
    Tensor::Zeros({1 << 24}, DType::kF32, device);
    timer.Mark("b");
    timer.End();
    EXPECT_GT(timer.Ms("a"), 0.0);
    EXPECT_GT(timer.Ms("b"), 0.0);
    EXPECT_NEAR(timer.MsUntil("b"), timer.Ms("a") + timer.Ms("b"), 1e-3);
  }
}

TEST(PhaseTimerDeathTest, PhasesStayTheSame) {
  PhaseTimer timer(Device::Cpu());
  timer.Begin();
  timer.Mark("a");
  timer.End(/*counts=*/false);
  EXPECT_DEATH(timer.Ms("a"), "empty");  // nothing counts yet
  timer.Begin();
  EXPECT_DEATH(timer.Mark("b"), "another phase");
  EXPECT_DEATH(timer.End(), "fewer phases");
  EXPECT_DEATH(timer.Ms("c"), "no phase c");
}

}  // namespace
}  // namespace mneme
