// Rotary position embedding.

#ifndef MNEME_AUTOGRAD_OPS_ROPE_ROPE_H_
#define MNEME_AUTOGRAD_OPS_ROPE_ROPE_H_

#include <cstdint>

#include "autograd/core/variable.h"

namespace mneme {

// Rotates each pair of neighbours (a, b) = (x[2i], x[2i + 1]) of a head by the angle
// t = position theta^(-2i / d), where position = first_position + the index in the sequence:
//
//   out[2i] = a cos t - b sin t            out[2i + 1] = a sin t + b cos t
//
// dx is dout rotated by -t.
//
// x: [B, S, H, d] with d even; f32, bf16 or f16. out: as x, computed in f32 and rounded once.
// theta > 0. first_position >= 0: how many tokens precede x in its sequence, when they are decoded
// from a cache. theta^(-2i / d) and the angle are rounded to f32, as is their cosine and sine.
//
// Source: Su et al., "RoFormer: Enhanced Transformer with Rotary Position Embedding", arXiv
// 2104.09864, equation 34.
Variable Rope(const Variable& x, float theta, int64_t first_position = 0);

// cos t and sin t as Rope uses them: f32 [n, d / 2, 2] for positions 0 to n - 1, n >= positions.
// Kept as long as the program runs.
Tensor RopeTurns(float theta, int64_t d, int64_t positions, Device device);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ROPE_ROPE_H_
