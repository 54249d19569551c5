#include "nn/optim/clip/clip.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

ClipResult Clip(float squared_norm, double max_norm, Device device) {
  return ClipByNorm(Tensor::From<float>({}, {squared_norm}, device), max_norm);
}

TEST(ClipTest, ScalesOnlyWhatIsTooLong) {
  for (Device device : AvailableDevices()) {
    const ClipResult cut = Clip(25.0f, 1.0, device);
    EXPECT_EQ(cut.norm.ToVector<float>()[0], 5.0f);
    EXPECT_FLOAT_EQ(cut.scale.ToVector<float>()[0], 0.2f);
    EXPECT_EQ(Clip(0.25f, 1.0, device).scale.ToVector<float>()[0], 1.0f);
    EXPECT_EQ(Clip(25.0f, 0.0, device).scale.ToVector<float>()[0], 1.0f);
  }
}

TEST(ClipTest, NormIsOverAllGradients) {
  for (Device device : AvailableDevices()) {
    ParameterStore store(1, device, DType::kF32);
    store.Create("a", {2}, Init::Constant(0))
        ->variable.gradient()
        ->Add(Tensor::From<float>({2}, {2, 3}, device));
    store.Create("no gradient", {2}, Init::Constant(0));
    store.Create("b", {1}, Init::Constant(0))
        ->variable.gradient()
        ->Add(Tensor::From<float>({1}, {6}, device));
    EXPECT_EQ(SquaredGradientNorm(store).ToVector<float>()[0], 49.0f);
  }
}

}  // namespace
}  // namespace mneme
