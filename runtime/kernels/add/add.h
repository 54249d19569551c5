// Element-wise sums of two tensors of one shape and dtype (f32, bf16, f16; summed in f32).

#ifndef MNEME_RUNTIME_KERNELS_ADD_ADD_H_
#define MNEME_RUNTIME_KERNELS_ADD_ADD_H_

#include "runtime/core/tensor.h"

namespace mneme {

// a + b, a new tensor.
Tensor Sum(const Tensor& a, const Tensor& b);

// sum[i] += x[i]
void AddInPlace(const Tensor& sum, const Tensor& x);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_ADD_ADD_H_
