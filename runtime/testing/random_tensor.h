// Inputs for tests.

#ifndef MNEME_RUNTIME_TESTING_RANDOM_TENSOR_H_
#define MNEME_RUNTIME_TESTING_RANDOM_TENSOR_H_

#include <cstdint>
#include <vector>

#include "runtime/core/tensor.h"

namespace mneme {

// `count` numbers uniform in [-1, 1), the same ones for the same seed.
std::vector<float> RandomFloats(int64_t count, uint64_t seed);

// The same as a tensor of a float dtype.
Tensor RandomTensor(const Shape& shape, uint64_t seed, Device device = Device::Cpu(),
                    DType dtype = DType::kF32);

// `count` numbers uniform in [0, bound).
std::vector<int64_t> RandomIds(int64_t count, int64_t bound, uint64_t seed);

}  // namespace mneme

#endif  // MNEME_RUNTIME_TESTING_RANDOM_TENSOR_H_
