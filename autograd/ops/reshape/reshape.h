// The same elements under another shape.

#ifndef MNEME_AUTOGRAD_OPS_RESHAPE_RESHAPE_H_
#define MNEME_AUTOGRAD_OPS_RESHAPE_RESHAPE_H_

#include "autograd/core/variable.h"

namespace mneme {

// out shares x's storage; the gradient is reshaped back. One dimension of `shape` may be -1.
// Any dtype; no kernel runs.
Variable Reshape(const Variable& x, const Shape& shape);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_RESHAPE_RESHAPE_H_
