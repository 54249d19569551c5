#include "apps/bench/random_input.h"

#include "runtime/kernels/cast/cast.h"
#include "runtime/random/philox.h"
#include "runtime/random/random_fill.h"

namespace mneme {

Tensor RandomInput(const Shape& shape, uint64_t seed, Device device, DType dtype) {
  const Tensor x = Tensor::Empty(shape, DType::kF32, Device::Cpu());
  FillUniform(x.data<float>(), x.numel(), -1.0f, 1.0f,
              MakePhiloxKey(seed, HashName("RandomInput")));
  return Cast(x, dtype).To(device);
}

}  // namespace mneme
