// What this layer's kernels take. Those of the CPU compute in f32 alone: there, half precision has
// to be right, not fast.

#ifndef MNEME_MEMORY_LAYER_KERNEL_INPUT_H_
#define MNEME_MEMORY_LAYER_KERNEL_INPUT_H_

#include "runtime/core/device.h"
#include "runtime/core/dtype.h"
#include "runtime/core/tensor.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {

// In which `device` computes what is asked for in `dtype`.
inline DType KernelDType(Device device, DType dtype) {
  return device.is_cpu() ? DType::kF32 : dtype;
}

inline Tensor KernelInput(const Tensor& x) { return Cast(x, KernelDType(x.device(), x.dtype())); }

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_KERNEL_INPUT_H_
