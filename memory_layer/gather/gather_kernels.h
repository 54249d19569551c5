#ifndef MNEME_MEMORY_LAYER_GATHER_GATHER_KERNELS_H_
#define MNEME_MEMORY_LAYER_GATHER_GATHER_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

// T tokens, P picks a token. The CPU's kernels take f32 alone.

// out[t] = the sum over p of weights[t, p] rows[index[t, p]], times silu(gate[t]) if there is one
struct WeightedSumArgs {
  DType rows_dtype, out_dtype;
  int64_t tokens, picks, dim;
  const void* rows;      // [any, dim]
  const int64_t* index;  // [T, P]
  const float* weights;  // [T, P]
  const void* gate;      // [T, dim] of out_dtype, or null
  void* out;             // [T, dim]
};

// out[t, p] = rows[index[t, p]] . x[t]
struct PickDotArgs {
  DType rows_dtype, x_dtype;
  int64_t tokens, picks, dim;
  const void* rows;      // [any, dim]
  const int64_t* index;  // [T, P]
  const void* x;         // [T, dim]
  float* out;            // [T, P]
};

// out[u] = the sum of weights[place] x[place / P] over the places in
// order[offsets[u] ... offsets[u + 1]), in their order
struct SumByRowArgs {
  DType x_dtype;
  int64_t count;  // T * P
  int64_t picks, dim;
  int64_t max_unique;
  const int64_t* unique_count;  // [1]
  const int64_t* offsets;       // [max_unique + 1]
  const int64_t* order;         // [T * P]
  const int64_t* inverse;       // [T * P], place -> u
  const float* weights;         // [T, P]
  const void* x;                // [T, dim]
  float* out;                   // [max_unique, dim]
};

namespace cpu {
void WeightedSum(const WeightedSumArgs& args);
void PickDot(const PickDotArgs& args);
void SumByRow(const SumByRowArgs& args);
}  // namespace cpu
namespace cuda {
void WeightedSum(const WeightedSumArgs& args);
void PickDot(const PickDotArgs& args);
void SumByRow(const SumByRowArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_GATHER_GATHER_KERNELS_H_
