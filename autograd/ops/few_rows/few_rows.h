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

// n W^T for each W of `weights`, of which there are 1 to 3: [N_i, K] -> [T, N_i].
std::vector<Tensor> NormedLinear(const NormedRows& rows, absl::Span<const Tensor> weights);

// silu(n w1^T) * (n w3^T): w1, w3 [N, K] -> [T, N].
Tensor NormedGatedLinear(const NormedRows& rows, const Tensor& w1, const Tensor& w3);

// residual + x weight^T: x [T, K], weight [N, K], residual [T, N] -> [T, N].
Tensor AddLinear(const Tensor& residual, const Tensor& x, const Tensor& weight);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_H_
