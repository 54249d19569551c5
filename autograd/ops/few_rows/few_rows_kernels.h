#ifndef MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

constexpr int64_t kFewRows = 8;
constexpr int64_t kFewRowsPack = 8;  // columns are a multiple of it

// What a block of the GPU stores, at most: a power of two of rows and the norm's weight, each
// padded to a multiple of kFewRowsStage columns.
constexpr int64_t kFewRowsBytes = 72 << 10;
constexpr int64_t kFewRowsStage = 512;

// n is x, or with norm_weight RmsNorm(x). One of three:
//   outs[i] = n weights[i]^T + biases[i] for i < n_weights
//   outs[0] = silu(n weights[0]^T) * (n weights[1]^T)      if gated
//   outs[0] = residual + n weights[0]^T + biases[0]        if residual
// Weights, biases and norm_weight do not change while kernels run.
struct FewRowsArgs {
  static constexpr int kMaxWeights = 3;

  DType dtype;
  int64_t rows;             // T, 1 to kFewRows
  int64_t columns;          // K
  const void* x;            // [T, K]
  const void* norm_weight;  // [K], or null
  float epsilon;
  int n_weights;
  const void* weights[kMaxWeights];  // [N_i, K]
  const void* biases[kMaxWeights];   // [N_i], or null
  int64_t outputs[kMaxWeights];      // N_i
  void* outs[kMaxWeights];           // [T, N_i]
  bool gated;
  const void* residual;  // [T, N_0], or null
};

namespace cpu {
void FewRows(const FewRowsArgs& args);
}  // namespace cpu
namespace cuda {
void FewRows(const FewRowsArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_FEW_ROWS_FEW_ROWS_KERNELS_H_
