// Element-wise product.

#ifndef MNEME_MEMORY_LAYER_MUL_MUL_H_
#define MNEME_MEMORY_LAYER_MUL_MUL_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = a b            da = dout b            db = dout a
//
// a, b: any one shape; one dtype of f32, bf16 and f16. out: as a.
Variable Mul(const Variable& a, const Variable& b);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_MUL_MUL_H_
