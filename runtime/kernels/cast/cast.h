// Conversion between float dtypes.

#ifndef MNEME_RUNTIME_KERNELS_CAST_CAST_H_
#define MNEME_RUNTIME_KERNELS_CAST_CAST_H_

#include "runtime/core/tensor.h"

namespace mneme {

// x as `dtype` (f32, bf16, f16; rounded to nearest even): a new tensor, or x itself if it has
// that dtype already.
Tensor Cast(const Tensor& x, DType dtype);

// The same into an existing tensor of x's shape.
void CastInto(const Tensor& x, const Tensor& out);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_CAST_CAST_H_
