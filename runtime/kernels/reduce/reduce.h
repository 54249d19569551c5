// Sums. Always in a fixed order: the same bits for any number of threads.

#ifndef MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_
#define MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_

#include "runtime/core/tensor.h"

namespace mneme {

// x seen as a matrix [rows, columns] of its innermost dimension -> [columns] f32, the sum of the
// rows. x: f32, bf16 or f16. A bias's gradient, which is f32 whatever the dtype of activations.
Tensor ColumnSum(const Tensor& x);

// total += sum of x[i]^2. x: f32, bf16 or f16 of any shape; total: f32 with one element, on x's
// device, so that a norm over many tensors never makes the host wait.
void AddSquaredNorm(const Tensor& x, const Tensor& total);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_
