#include "runtime/testing/random_tensor.h"

#include "runtime/kernels/cast/cast.h"
#include "runtime/random/philox.h"
#include "runtime/random/random_fill.h"

namespace mneme {

std::vector<float> RandomFloats(int64_t count, uint64_t seed) {
  std::vector<float> values(count);
  FillUniform(values.data(), count, -1.0f, 1.0f, MakePhiloxKey(seed, HashName("RandomFloats")));
  return values;
}

Tensor RandomTensor(const Shape& shape, uint64_t seed, Device device, DType dtype) {
  return Cast(Tensor::From<float>(shape, RandomFloats(NumElements(shape), seed)), dtype).To(device);
}

std::vector<int64_t> RandomIds(int64_t count, int64_t bound, uint64_t seed) {
  const PhiloxKey key = MakePhiloxKey(seed, HashName("RandomIds"));
  std::vector<int64_t> ids(count);
  for (int64_t i = 0; i < count; ++i) ids[i] = ElementBits(key, i) % bound;
  return ids;
}

}  // namespace mneme
