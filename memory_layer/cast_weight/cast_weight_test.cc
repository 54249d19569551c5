#include "memory_layer/cast_weight/cast_weight.h"

#include <gtest/gtest.h>

#include "autograd/core/tape.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

TEST(CastWeightTest, RoundsTheValueButNotTheGradient) {
  for (Device device : AvailableDevices()) {
    const Variable weight = Variable::Leaf(RandomTensor({3, 5}, 1, device, DType::kBF16));
    const Tensor dout = RandomTensor({3, 5}, 2, device);
    Tape tape;
    TapeScope scope(&tape);
    const Variable wide = CastWeight(weight, DType::kF32);
    EXPECT_EQ(wide.value().ToVector<float>(), Cast(weight.value(), DType::kF32).ToVector<float>());
    tape.Backward(wide, dout);
    EXPECT_EQ(weight.gradient()->tensor().ToVector<float>(), dout.ToVector<float>());
  }
}

TEST(CastWeightTest, SameDTypeIsTheWeightItself) {
  const Variable weight = Variable::Leaf(RandomTensor({3}, 1));
  EXPECT_EQ(CastWeight(weight, DType::kF32).gradient(), weight.gradient());
}

}  // namespace
}  // namespace mneme
