// Sums. Always in a fixed order: the same bits for any number of threads.

#ifndef MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_
#define MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_

#include <vector>

#include "runtime/core/tensor.h"

namespace mneme {

// x seen as a matrix [rows, columns] of its innermost dimension -> [columns] f32, the sum of the
// rows. x: f32, bf16 or f16. A bias's gradient, which is f32 whatever the dtype of activations.
Tensor ColumnSum(const Tensor& x);

// out[i] = the sum of the squares of xs[i], which is f32 of any shape, on `device`; 0 if it is
// undefined. out: f32 [n]. On a GPU that takes a few launches, however many tensors there are.
Tensor SquaredNorms(const std::vector<Tensor>& xs, Device device);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_H_
