// Element-wise sum: the residual connection.

#ifndef MNEME_AUTOGRAD_OPS_ADD_ADD_H_
#define MNEME_AUTOGRAD_OPS_ADD_ADD_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = a + b            da = dout, db = dout
//
// a, b: one shape; one dtype of f32, bf16 and f16. out: as a; summed in f32, rounded once.
Variable Add(const Variable& a, const Variable& b);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ADD_ADD_H_
