// A weight in another dtype, its gradient in f32 all the same.

#ifndef MNEME_MEMORY_LAYER_CAST_WEIGHT_CAST_WEIGHT_H_
#define MNEME_MEMORY_LAYER_CAST_WEIGHT_CAST_WEIGHT_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = x rounded to `dtype`            dx = dout
//
// For what is computed from weights alone, such as normalised keys: the gradient of a weight is f32
// whatever the weight's dtype, and stays f32 on its way through this op. x itself if it has that
// dtype already.
Variable CastWeight(const Variable& x, DType dtype);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_CAST_WEIGHT_CAST_WEIGHT_H_
