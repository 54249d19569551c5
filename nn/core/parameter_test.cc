#include "nn/core/parameter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

TEST(ParameterTest, NamesFollowTheScope) {
  ParameterStore store(1, Device::Cpu(), DType::kF32);
  const Scope scope = Scope(&store) / "layers" / "0";
  Parameter* weight = (scope / "attention").Create("wq", {2, 3}, Init::Constant(0.5));
  EXPECT_EQ(weight->name, "layers.0.attention.wq");
  EXPECT_EQ(store.Find("layers.0.attention.wq"), weight);
  EXPECT_EQ(store.Find("wq"), nullptr);
  EXPECT_EQ(store.NumElements(), 6);
  EXPECT_EQ(weight->master.ToVector<float>(), std::vector<float>(6, 0.5f));
}

TEST(ParameterTest, StartDependsOnSeedAndNameAlone) {
  const auto weight = [](uint64_t seed, const std::string& name, Device device) {
    ParameterStore store(seed, device, DType::kF32);
    store.Create("another", {7}, Init::Normal(1));
    return store.Create(name, {5, 3}, Init::Normal(1))->master.ToVector<float>();
  };
  const std::vector<float> first = weight(1, "a", Device::Cpu());
  for (Device device : AvailableDevices()) EXPECT_EQ(weight(1, "a", device), first);
  EXPECT_NE(weight(2, "a", Device::Cpu()), first);
  EXPECT_NE(weight(1, "b", Device::Cpu()), first);
}

TEST(ParameterTest, Distributions) {
  ParameterStore store(1, Device::Cpu(), DType::kF32);
  const auto moments = [&](const char* name, const Init& init) {
    double mean = 0, square = 0, largest = 0;
    for (float v : store.Create(name, {100000}, init)->master.ToVector<float>()) {
      mean += v / 1e5, square += v * v / 1e5, largest = std::max<double>(largest, std::abs(v));
    }
    return std::vector<double>{mean, std::sqrt(square), largest};
  };
  const auto normal = moments("n", Init::Normal(0.5));
  EXPECT_NEAR(normal[0], 0.0, 0.01);
  EXPECT_NEAR(normal[1], 0.5, 0.01);
  EXPECT_GT(normal[2], 1.5);
  const auto cut = moments("t", Init::TruncatedNormal(0.5));
  EXPECT_NEAR(cut[1], 0.5 * 0.98658, 0.01);
  EXPECT_LE(cut[2], 1.5 + 1e-6);
  const auto uniform = moments("u", Init::Uniform(0.5));
  EXPECT_NEAR(uniform[1], 0.5 / std::sqrt(3.0), 0.01);
  EXPECT_LE(uniform[2], 0.5);
}

TEST(ParameterTest, CopiesFollowTheMaster) {
  for (Device device : AvailableDevices()) {
    ParameterStore store(1, device, DType::kBF16);
    Parameter* weight = store.Create("w", {2}, Init::Constant(1));
    EXPECT_EQ(weight->variable.value().dtype(), DType::kBF16);
    const std::vector<float> moved = {3.0f, -2.0f};
    weight->master.CopyFromHost(moved.data());
    store.RefreshCopies();
    const std::vector<bf16> copy = weight->variable.value().ToVector<bf16>();
    EXPECT_EQ(static_cast<float>(copy[0]), 3.0f);
    EXPECT_EQ(static_cast<float>(copy[1]), -2.0f);
  }
}

TEST(ParameterDeathTest, NamesAreUnique) {
  ParameterStore store(1, Device::Cpu(), DType::kF32);
  store.Create("w", {1}, Init::Constant(0));
  EXPECT_DEATH(store.Create("w", {1}, Init::Constant(0)), "two parameters are called w");
}

}  // namespace
}  // namespace mneme
