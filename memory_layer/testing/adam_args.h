// Arguments of sparse Adam for tests.

#ifndef MNEME_MEMORY_LAYER_TESTING_ADAM_ARGS_H_
#define MNEME_MEMORY_LAYER_TESTING_ADAM_ARGS_H_

#include <cstdint>

#include "memory_layer/sparse_adam/sparse_adam.h"
#include "nn/optim/step_guard/step_guard.h"

namespace mneme {

// Update `step`, counted from 1, with gradients on `device` times `scale`.
inline SparseAdamArgs AdamArgs(int64_t step, Device device = Device::Cpu(), double scale = 1.0) {
  return {.lr = 0.01,
          .beta1 = 0.9,
          .beta2 = 0.95,
          .epsilon = 1e-8,
          .factors = MakeAdamFactors(scale, 0.9, 0.95, step, device)};
}

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_TESTING_ADAM_ARGS_H_
