// Where a row is largest.

#ifndef MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_H_
#define MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_H_

#include "runtime/core/tensor.h"

namespace mneme {

// x: f32, bf16 or f16 [..., C], 1 <= C <= 2^24 -> i32 [...]: the first c with x[..., c] >= every
// other. NaN is passed over; a row of nothing else gives 0.
Tensor ArgMax(const Tensor& x);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_H_
