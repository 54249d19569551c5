// Dense layers of the few rows that a decoding step has: for inference, so no gradient.
//
// Up to kFewRows rows are read, normalised and multiplied in one pass over the weights, which is
// bound by reading them: all is done in f32, and what is stored is rounded once. More rows go
// through RmsNorm, Linear and their kin, which round what they hand on.

#ifndef MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_H_
#define MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_H_

#include <vector>

#include "absl/types/span.h"
#include "runtime/core/tensor.h"

namespace mneme {

// n = RmsNorm(x), as rms_norm.h has it. x: [T, K]; weight: [K]; one dtype of f32, bf16, f16.
struct NormedRows {
  Tensor x;
  Tensor weight;
  float epsilon;
};

// Of a dense layer.
struct LinearWeights {
  Tensor weight;  // [N, K]
  Tensor bias;    // [N], or undefined
};

// n W^T + b for each of `layers`, of which there are 1 to 3: [N_i, K] -> [T, N_i].
std::vector<Tensor> NormedLinear(const NormedRows& rows, absl::Span<const LinearWeights> layers);

// silu(n w1^T) * (n w3^T): w1, w3 [N, K] -> [T, N].
Tensor NormedGatedLinear(const NormedRows& rows, const Tensor& w1, const Tensor& w3);

// residual + x W^T + b: x [T, K], W [N, K], residual [T, N] -> [T, N].
Tensor AddLinear(const Tensor& residual, const Tensor& x, const LinearWeights& layer);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_H_
