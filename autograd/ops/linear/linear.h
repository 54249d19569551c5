// The affine map of a dense layer.

#ifndef MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_H_
#define MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = x weight^T + bias
//
//   dx = dout weight            dweight = dout^T x            dbias = sum over rows of dout
//
// x: [..., in], weight: [out, in], bias: [out], or undefined for none; one dtype of f32, bf16 and
// f16. out: [..., out] of that dtype. dx has x's dtype; dweight and dbias are f32 always. Every
// element is summed in f32 and rounded once, the bias included.
Variable Linear(const Variable& x, const Variable& weight, const Variable& bias = Variable());

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_H_
