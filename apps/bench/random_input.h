// Something to compute with.

#ifndef MNEME_APPS_BENCH_RANDOM_INPUT_H_
#define MNEME_APPS_BENCH_RANDOM_INPUT_H_

#include <cstdint>

#include "runtime/core/tensor.h"

namespace mneme {

// Uniform in [-1, 1], the same numbers for the same seed.
Tensor RandomInput(const Shape& shape, uint64_t seed, Device device, DType dtype = DType::kF32);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_RANDOM_INPUT_H_
