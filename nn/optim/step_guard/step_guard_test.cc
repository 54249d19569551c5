#include "nn/optim/step_guard/step_guard.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

OptimConfig Config(double clip) {
  OptimConfig config;
  config.clip = clip;
  config.beta1 = 0.9;
  config.beta2 = 0.95;
  return config;
}

Tensor Squares(const std::vector<float>& squares, Device device) {
  return Tensor::From<float>({static_cast<int64_t>(squares.size())}, squares, device);
}

struct Judged {
  std::vector<float> norms, dense, values;
};

Judged Judge(StepGuard* guard, const std::vector<float>& dense, const std::vector<float>& values) {
  const Device device = guard->loss_scale().device();
  const StepVerdict verdict = guard->Judge(Squares(dense, device), Squares(values, device));
  return {verdict.norms.ToVector<float>(), verdict.dense_factors.ToVector<float>(),
          verdict.values_factors.ToVector<float>()};
}

TEST(StepGuardTest, ClipsEachGroupByItsNorm) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), false, device);
    const Judged cut = Judge(&guard, {9, 16}, {0.25});
    EXPECT_EQ(cut.norms, (std::vector<float>{5.0f, 0.5f}));
    EXPECT_FLOAT_EQ(cut.dense[0], 0.2f);
    EXPECT_EQ(cut.values[0], 1.0f);
    StepGuard free(Config(0.0), false, device);
    EXPECT_EQ(Judge(&free, {25}, {}).dense[0], 1.0f);
    // More gradients than a GPU's block has threads.
    EXPECT_EQ(Judge(&free, std::vector<float>(1024, 4.0f), {}).norms[0], 64.0f);
  }
}

TEST(StepGuardTest, CorrectionsFollowTheUpdates) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), false, device);
    for (int t = 1; t <= 3; ++t) {
      const std::vector<float> expected = MakeAdamFactors(1.0, 0.9, 0.95, t).ToVector<float>();
      const Judged good = Judge(&guard, {0.5}, {0.5});
      for (int i = 0; i < kAdamFactors; ++i) {
        EXPECT_FLOAT_EQ(good.dense[i], expected[i]) << t << " " << i;
        EXPECT_FLOAT_EQ(good.values[i], expected[i]) << t << " " << i;
      }
      // A skipped step is none.
      const Judged bad = Judge(&guard, {INFINITY}, {0.5});
      EXPECT_TRUE(std::isnan(bad.dense[0]) && std::isnan(bad.values[0]));
    }
    EXPECT_EQ(guard.Read().updates, 3);
    EXPECT_EQ(guard.Read().skipped, 3);
  }
}

TEST(StepGuardTest, NamesTheFirstThatWentBad) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), false, device);
    EXPECT_EQ(guard.Read().first_bad, -1);
    Judge(&guard, {1, 2, 3}, {NAN, 1});
    EXPECT_EQ(guard.Read().first_bad, 3);
    Judge(&guard, {1, NAN, 3}, {NAN, 1});
    EXPECT_EQ(guard.Read().first_bad, 1);
    Judge(&guard, {NAN, INFINITY, NAN}, {1, NAN});
    EXPECT_EQ(guard.Read().first_bad, 2);
    EXPECT_EQ(guard.Read().skipped_in_a_row, 3);
    Judge(&guard, {1, 2, 3}, {1, 2});
    EXPECT_EQ(guard.Read().skipped_in_a_row, 0);
    EXPECT_EQ(guard.Read().skipped, 3);
    // Each is finite, their sum is not.
    Judge(&guard, {3e38f, 3e38f}, {});
    EXPECT_EQ(guard.Read().skipped, 4);
    EXPECT_EQ(guard.Read().first_bad, -1);
  }
}

TEST(StepGuardTest, TheLossScaleFollowsTheGradients) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), true, device);
    const float scale = guard.loss_scale().ToVector<float>()[0];
    EXPECT_EQ(scale, 65536.0f);
    // A gradient of norm 4, scaled.
    const Judged judged = Judge(&guard, {16.0f * scale * scale}, {});
    EXPECT_FLOAT_EQ(judged.norms[0], 4.0f);
    EXPECT_FLOAT_EQ(judged.dense[0], 0.25f / scale);
    Judge(&guard, {INFINITY}, {});
    EXPECT_EQ(guard.Read().loss_scale, scale / 2);
    EXPECT_EQ(guard.Read().skipped_in_a_row, 0);  // the next scale may do
    for (int i = 0; i < 1999; ++i) guard.Judge(Squares({1}, device), Squares({}, device));
    EXPECT_EQ(guard.Read().loss_scale, scale / 2);
    Judge(&guard, {1}, {});
    EXPECT_EQ(guard.Read().loss_scale, scale);
    // No smaller scale than 1.
    for (int i = 0; i < 16 + 3; ++i) Judge(&guard, {NAN}, {});
    EXPECT_EQ(guard.Read().loss_scale, 1.0f);
    EXPECT_EQ(guard.Read().skipped_in_a_row, 3);
  }
}

TEST(StepGuardTest, StopsAfterTooManyInARow) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), false, device);
    for (int i = 0; i < kMaxSkippedInARow - 1; ++i) Judge(&guard, {1, NAN}, {});
    EXPECT_FALSE(std::isnan(Judge(&guard, {1, 2}, {}).dense[0]));
    for (int i = 0; i < kMaxSkippedInARow; ++i) Judge(&guard, {1, NAN}, {});
    EXPECT_TRUE(std::isnan(Judge(&guard, {1, 2}, {}).dense[0]));
    EXPECT_EQ(guard.Read().skipped_in_a_row, kMaxSkippedInARow);
    EXPECT_EQ(guard.Read().skipped, 2 * kMaxSkippedInARow - 1);
    EXPECT_EQ(guard.Read().updates, 1);
    EXPECT_EQ(guard.Read().first_bad, 1);
  }
}

TEST(StepGuardTest, GoesOnFromItsCounts) {
  for (Device device : AvailableDevices()) {
    StepGuard guard(Config(1.0), true, device), other(Config(1.0), true, device);
    Judge(&guard, {NAN}, {});
    Judge(&guard, {4}, {});
    other.Restore(guard.Read());
    EXPECT_EQ(Judge(&other, {9}, {}).dense, Judge(&guard, {9}, {}).dense);
    EXPECT_EQ(other.Read().skipped, 1);
    EXPECT_EQ(other.Read().first_bad, 0);
  }
}

}  // namespace
}  // namespace mneme
