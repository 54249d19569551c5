// Online softmax of a warp's scores as the tensor cores leave them. Included by .cu files only.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_SOFTMAX_CUDA_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_SOFTMAX_CUDA_H_

#include <cstdint>

#include "autograd/ops/attention/attention_mma_tiles_cuda.h"

namespace mneme::cuda {

constexpr int kKeys = 64;  // of a tile of keys
constexpr int kScoreTiles = kKeys / 8;

// Over the four threads that share a row of a warp's sums.
__device__ inline float QuadMax(float x) {
  x = fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 1));
  return fmaxf(x, __shfl_xor_sync(0xffffffffu, x, 2));
}
__device__ inline float QuadSum(float x) {
  x += __shfl_xor_sync(0xffffffffu, x, 1);
  return x + __shfl_xor_sync(0xffffffffu, x, 2);
}

// Online softmax of a thread's two rows: lane / 4 of the warp's, and eight below.
struct TwoRowSoftmax {
  float max[2] = {-INFINITY, -INFINITY};  // of the scores so far, not scaled
  float sum[2] = {};                      // this thread's part of the sums of 2^(scale2 (s - max))

  // Turns scores into 2^(scale2 (score - max)), and sets what earlier sums are to be multiplied
  // with.
  __device__ void Add(Sums<kScoreTiles>& scores, float scale2, float (&shrink)[2]) {
#pragma unroll
    for (int r = 0; r < 2; ++r) {
      float new_max = max[r];
#pragma unroll
      for (int n = 0; n < kScoreTiles; ++n) {
        new_max = fmaxf(new_max, fmaxf(scores.at[n][2 * r], scores.at[n][2 * r + 1]));
      }
      new_max = QuadMax(new_max);
      shrink[r] = Exp2((max[r] - new_max) * scale2);
      max[r] = new_max;
      float added = 0.0f;
#pragma unroll
      for (int n = 0; n < kScoreTiles; ++n) {
#pragma unroll
        for (int i = 2 * r; i < 2 * r + 2; ++i) {
          scores.at[n][i] = Exp2(fmaf(scores.at[n][i], scale2, -new_max * scale2));
          added += scores.at[n][i];
        }
      }
      sum[r] = sum[r] * shrink[r] + added;
    }
  }
};

// -infinity where a query must not look: row `query` of the warp's first row and keys from `key`.
__device__ inline void MaskScores(Sums<kScoreTiles>& scores, int64_t last_key, int64_t key) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int n = 0; n < kScoreTiles; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = lane / 4 + i / 2 * 8, column = n * 8 + lane % 4 * 2 + i % 2;
      if (key + column > last_key + row) scores.at[n][i] = -INFINITY;
    }
  }
}

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_SOFTMAX_CUDA_H_
