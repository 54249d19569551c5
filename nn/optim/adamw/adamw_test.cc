#include "nn/optim/adamw/adamw.h"

#include <gtest/gtest.h>

#include <cmath>

#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

OptimConfig Config() {
  OptimConfig config;
  config.weight_decay = 0.1;
  config.epsilon = 1e-8;
  return config;
}

struct PlainAdamW {
  double w, m = 0, v = 0;
  void Step(double g, double lr, const OptimConfig& c, int t) {
    w *= 1 - lr * c.weight_decay;
    m = c.beta1 * m + (1 - c.beta1) * g;
    v = c.beta2 * v + (1 - c.beta2) * g * g;
    w -= lr * (m / (1 - std::pow(c.beta1, t))) /
         (std::sqrt(v / (1 - std::pow(c.beta2, t))) + c.epsilon);
  }
};

TEST(AdamWTest, MatchesTheFormulaOverSteps) {
  for (Device device : AvailableDevices()) {
    ParameterStore store(1, device, DType::kF32);
    std::vector<std::vector<PlainAdamW>> plain;
    // 70 tensors: more than one launch takes on a GPU. One is empty, one crosses a chunk.
    for (int64_t i = 0; i < 70; ++i) {
      const int64_t count = i == 3 ? 20000 : i == 5 ? 0 : 1 + 37 * i;
      Parameter* weight = store.Create(std::to_string(i), {count}, Init::Normal(1));
      plain.emplace_back();
      for (float w : weight->master.ToVector<float>()) plain.back().push_back({w});
    }
    AdamW adamw(&store, Config());
    for (int t = 1; t <= 3; ++t) {
      store.ClearGradients();
      for (int64_t i = 0; i < 70; ++i) {
        const Parameter& p = *store.all()[i];
        const Tensor gradient = RandomTensor(p.master.shape(), 100 * t + i, device);
        p.variable.gradient()->Add(gradient);
        const std::vector<float> g = gradient.ToVector<float>();
        for (size_t j = 0; j < g.size(); ++j) plain[i][j].Step(0.5 * g[j], 0.01, Config(), t);
      }
      adamw.Step(0.01, MakeAdamFactors(0.5, 0.9, 0.95, t, device));
    }
    for (int64_t i = 0; i < 70; ++i) {
      const std::vector<float> w = store.all()[i]->master.ToVector<float>();
      const std::vector<float> m = adamw.moments()[i].exp_avg.ToVector<float>();
      for (size_t j = 0; j < w.size(); ++j) {
        ASSERT_TRUE(std::abs(w[j] - plain[i][j].w) <= 2e-6)
            << device.name() << " " << i << " " << j;
        ASSERT_TRUE(std::abs(m[j] - plain[i][j].m) <= 1e-7)
            << device.name() << " " << i << " " << j;
      }
    }
  }
}

TEST(AdamWTest, CopiesFollowAndASkippedStepChangesNothing) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kBF16, DType::kF16}) {
      ParameterStore store(1, device, dtype);
      Parameter* weight = store.Create("w", {1000}, Init::Normal(1));
      AdamW adamw(&store, Config());
      weight->variable.gradient()->Add(RandomTensor({1000}, 4, device));
      const std::vector<float> before = weight->master.ToVector<float>();
      adamw.Step(0.1, MakeAdamFactors(NAN, 0.9, 0.95, 1, device));
      EXPECT_EQ(weight->master.ToVector<float>(), before);
      EXPECT_EQ(adamw.moments()[0].exp_avg.ToVector<float>(), std::vector<float>(1000));
      adamw.Step(0.1, MakeAdamFactors(1.0, 0.9, 0.95, 1, device));
      EXPECT_NE(weight->master.ToVector<float>(), before);
      EXPECT_EQ(Cast(weight->variable.value(), DType::kF32).ToVector<float>(),
                Cast(Cast(weight->master, dtype), DType::kF32).ToVector<float>());
    }
  }
}

TEST(AdamWTest, NoGradientNoStep) {
  ParameterStore store(1, Device::Cpu(), DType::kF32);
  Parameter* weight = store.Create("w", {3}, Init::Constant(2));
  AdamW adamw(&store, Config());
  adamw.Step(0.1, MakeAdamFactors(1.0, 0.9, 0.95, 1));
  EXPECT_EQ(weight->master.ToVector<float>(), std::vector<float>(3, 2.0f));
}

TEST(AdamWTest, SameBitsForAnyNumberOfThreads) {
  std::vector<float> first;
  for (int threads : {1, 3}) {
    SetNumThreads(threads);
    ParameterStore store(1, Device::Cpu(), DType::kF32);
    Parameter* weight = store.Create("w", {30001}, Init::Normal(1));
    AdamW adamw(&store, Config());
    weight->variable.gradient()->Add(RandomTensor({30001}, 4));
    adamw.Step(0.1, MakeAdamFactors(1.0, 0.9, 0.95, 1));
    if (first.empty()) first = weight->master.ToVector<float>();
    EXPECT_EQ(weight->master.ToVector<float>(), first);
  }
  SetNumThreads(0);
}

}  // namespace
}  // namespace mneme
