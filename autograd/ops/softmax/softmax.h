// Softmax over the innermost dimension.

#ifndef MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_H_
#define MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_H_

#include "autograd/core/variable.h"

namespace mneme {

// out[r, c] = e^(x[r, c] - max x[r]) / sum over c' of e^(x[r, c'] - max x[r])
// dx[r, c] = out[r, c] (dout[r, c] - sum over c' of dout[r, c'] out[r, c'])
//
// x: [..., columns]; f32, bf16 or f16, computed in f32. out: x's shape; x's dtype, or f32 when
// asked for. Only out is saved for backward. On the CPU the last column's gradient is minus the sum
// of the others, in order: in f32 a row's gradients add up to exactly zero.
Variable Softmax(const Variable& x);
Variable Softmax(const Variable& x, DType out_dtype);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_H_
