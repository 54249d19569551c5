// Sums and maxima over a row that a group of threads shares, in a fixed order. Included by .cu
// files only.

#ifndef MNEME_RUNTIME_KERNELS_MATH_GROUP_REDUCE_CUDA_H_
#define MNEME_RUNTIME_KERNELS_MATH_GROUP_REDUCE_CUDA_H_

#include <cstdint>

#include "runtime/core/ceil_div.h"

namespace mneme::cuda {

// Rows are shared out to groups: a warp for a short row, a block of this size for a long one.
constexpr int kWarpThreads = 32;
constexpr int kRowBlockThreads = 256;
constexpr int64_t kLongRow = 2048;  // elements

struct AddOp {
  __device__ float operator()(float a, float b) const { return a + b; }
};
struct MaxOp {
  __device__ float operator()(float a, float b) const { return fmaxf(a, b); }
};

// Over a warp, every lane of which calls it and gets the same bits.
template <typename Op>
__device__ float WarpReduce(float value, Op op) {
  for (int mask = kWarpThreads / 2; mask > 0; mask /= 2) {
    value = op(value, __shfl_xor_sync(0xffffffffu, value, mask));
  }
  return value;
}

// The sums over a warp of all values[i]: a lane gets that of i = lane % kValues, a power of two.
// Each of the first steps halves what a lane has.
template <int kValues>
__device__ float WarpSums(float (&values)[kValues]) {
  const int lane = static_cast<int>(threadIdx.x) % kWarpThreads;
#pragma unroll
  for (int half = kValues / 2; half > 0; half /= 2) {
    const bool is_upper = lane & half;
#pragma unroll
    for (int i = 0; i < kValues / 2; ++i) {
      if (i >= half) break;
      const float mine = is_upper ? values[i + half] : values[i];
      const float other = is_upper ? values[i] : values[i + half];
      values[i] = mine + __shfl_xor_sync(0xffffffffu, other, half);
    }
  }
#pragma unroll
  for (int mask = kValues; mask < kWarpThreads; mask *= 2) {
    values[0] += __shfl_xor_sync(0xffffffffu, values[0], mask);
  }
  return values[0];
}

// Over a group of kThreads: a warp, or the whole one-dimensional block. Every thread of the group
// calls it and gets the same bits.
template <int kThreads, typename Op>
__device__ float GroupReduce(float value, Op op) {
  value = WarpReduce(value, op);
  if constexpr (kThreads > kWarpThreads) {
    constexpr int kWarps = kThreads / kWarpThreads;
    __shared__ float warps[kWarps];
    __syncthreads();  // the previous call's readers are done
    if (threadIdx.x % kWarpThreads == 0) warps[threadIdx.x / kWarpThreads] = value;
    __syncthreads();
    value = warps[0];
    for (int i = 1; i < kWarps; ++i) value = op(value, warps[i]);
  }
  return value;
}

// Rows that one block of kRowBlockThreads works on at a time, kThreads threads to each.
template <int kThreads>
constexpr int kRowsPerBlock = kRowBlockThreads / kThreads;

// for (int64_t row = FirstRow<kThreads>(); row < rows; row += RowStride<kThreads>())
template <int kThreads>
__device__ int64_t FirstRow() {
  return static_cast<int64_t>(blockIdx.x) * kRowsPerBlock<kThreads> + threadIdx.x / kThreads;
}
template <int kThreads>
__device__ int64_t RowStride() {
  return static_cast<int64_t>(gridDim.x) * kRowsPerBlock<kThreads>;
}

template <int kThreads>
int RowBlocks(int64_t rows) {
  constexpr int64_t kMaxBlocks = 1 << 16;
  const int64_t blocks = CeilDiv(rows, kRowsPerBlock<kThreads>);
  return static_cast<int>(blocks < kMaxBlocks ? blocks : kMaxBlocks);
}

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_KERNELS_MATH_GROUP_REDUCE_CUDA_H_
