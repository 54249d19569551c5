// The gate of a gated feed-forward: one half of a SwiGLU (Shazeer, "GLU Variants Improve
// Transformer", 2020, eq. 5), fused so that silu(a) is never stored.

#ifndef MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_H_
#define MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = silu(a) b                      with silu(a) = a s, s = sigmoid(a) = 1 / (1 + e^-a)
// da = dout b s (1 + a (1 - s))
// db = dout silu(a)
//
// a, b: any one shape; one dtype of f32, bf16, f16 (computed in f32). out: as a.
Variable SiluMul(const Variable& a, const Variable& b);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_H_
