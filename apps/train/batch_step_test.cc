#include "apps/train/batch_step.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <utility>

#include "apps/eval/testing/tiny_model.h"
#include "runtime/core/devices.h"

namespace mneme {
namespace {

std::unique_ptr<LanguageModel> MakeModel(Device device) {
  const ModelSection section = TinyModelSection();
  auto model = LanguageModel::Create(section.model, section.memory, 1, device, DType::kF32);
  CHECK(model.ok()) << model.status();
  return *std::move(model);
}

// Two sequences; their own tokens, and the ones behind those.
Batch MakeBatch() {
  Batch batch(2, 24, /*n_views=*/2, /*sources=*/0);
  for (int32_t i = 0; i < 2 * 24; ++i) {
    batch.tokens[i] = 7 * i % 258;
    batch.targets[i] = (7 * i + 7) % 258;
  }
  return batch;
}

TEST(BatchStepTest, SharesAddUp) {
  for (Device device : AvailableDevices()) {
    const auto norms = [device](int times, float share) {
      const auto model = MakeModel(device);
      ModelOptimizer optimizer(model.get(), OptimConfig());
      for (int i = 0; i < times; ++i) {
        const Tensor loss = AccumulateGradients(model.get(), optimizer, MakeBatch(), share);
        EXPECT_NEAR(loss.ToVector<float>()[0], std::log(258.0), 0.5) << "whatever the share is";
      }
      const ModelOptimizer::Norms norms = optimizer.Step(0.0, 0.0);
      return std::pair(norms.dense.ToVector<float>()[0], norms.values.ToVector<float>()[0]);
    };
    const auto [dense, values] = norms(1, 1.0f);
    EXPECT_GT(dense, 0.0f);
    EXPECT_GT(values, 0.0f);
    for (const int times : {2, 4}) {
      const auto [dense_sum, values_sum] = norms(times, 1.0f / times);
      EXPECT_TRUE(std::abs(dense_sum - dense) <= 1e-5f * dense) << dense_sum << " " << dense;
      EXPECT_TRUE(std::abs(values_sum - values) <= 1e-5f * values) << values_sum << " " << values;
    }
    EXPECT_NEAR(norms(1, 0.5f).first, 0.5f * dense, 1e-5f * dense);
  }
}

}  // namespace
}  // namespace mneme
