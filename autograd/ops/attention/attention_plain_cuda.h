// Attention without tensor cores: any dtype and head dim, and the exact arithmetic of f32.
// Included by .cu files only.
//
// A block of 256 threads works on a tile of 32 rows (queries, or in the pass over key tiles, keys)
// against tiles of 32 others. Eight threads of one warp share a row: thread `lane` of them has the
// scores of others lane, lane + 8, ..., and columns lane, lane + 8, ... of the row's result.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_PLAIN_CUDA_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_PLAIN_CUDA_H_

#include <cstdint>

#include "autograd/ops/attention/attention_kernels.h"

namespace mneme::cuda {

void PlainAttentionForward(const AttentionForwardArgs& args);
void PlainAttentionBackward(const AttentionBackwardArgs& args);  // wants args.delta filled

constexpr int kTile = 32;     // rows of a tile
constexpr int kRowLanes = 8;  // threads of a row
constexpr int kPlainThreads = kTile * kRowLanes;
constexpr int kScores = kTile / kRowLanes;  // of a thread and tile

// A tile in shared memory. The odd stride keeps threads that read one column of several rows off
// each other's memory banks.
template <int kDim>
struct Tile {
  static constexpr int kStride = kDim + 1;
  static constexpr int kFloats = kTile * kStride;
  float* data;

  __device__ const float* Row(int row) const { return data + row * kStride; }
};

// Probabilities, or the gradients of scores, of a tile's rows (by 32 others).
struct ScoreTile {
  static constexpr int kStride = kTile + 1;
  static constexpr int kFloats = kTile * kStride;
  float* data;

  __device__ float* Row(int row) const { return data + row * kStride; }
};

// Rows [first, first + 32) of the matrix of one head, x [rows, head_dim] with `stride` elements
// from row to row; zeros beyond the last row and column.
template <int kDim, typename T>
__device__ void LoadTile(Tile<kDim> tile, const T* x, int64_t stride, int64_t first, int64_t rows,
                         int head_dim) {
  for (int i = threadIdx.x; i < kTile * kDim; i += kPlainThreads) {
    const int r = i / kDim, c = i % kDim;
    const bool inside = first + r < rows && c < head_dim;
    tile.data[r * Tile<kDim>::kStride + c] =
        inside ? static_cast<float>(x[(first + r) * stride + c]) : 0.0f;
  }
}

// dots[j] = row . others[lane + 8 j]
template <int kDim>
__device__ void Dots(const float* row, Tile<kDim> others, int lane, float (&dots)[kScores]) {
  for (int j = 0; j < kScores; ++j) dots[j] = 0.0f;
#pragma unroll 8
  for (int c = 0; c < kDim; ++c) {
    const float x = row[c];
#pragma unroll
    for (int j = 0; j < kScores; ++j) dots[j] += x * others.Row(lane + kRowLanes * j)[c];
  }
}

// sums[n] += sum over the tile's others of weights[other] others[other][lane + 8 n]
template <int kDim>
__device__ void AddWeighted(const float* weights, Tile<kDim> others, int lane,
                            float (&sums)[kDim / kRowLanes]) {
#pragma unroll 4
  for (int other = 0; other < kTile; ++other) {
    const float weight = weights[other];
    const float* x = others.Row(other) + lane;
#pragma unroll
    for (int n = 0; n < kDim / kRowLanes; ++n) sums[n] += weight * x[kRowLanes * n];
  }
}

// x[row, lane + 8 n] = scale sums[n]
template <int kDim, typename T>
__device__ void StoreRow(T* x, int64_t stride, int64_t row, int64_t rows, int head_dim, int lane,
                         float scale, const float (&sums)[kDim / kRowLanes]) {
  if (row >= rows) return;
#pragma unroll
  for (int n = 0; n < kDim / kRowLanes; ++n) {
    const int c = lane + kRowLanes * n;
    if (c < head_dim) x[row * stride + c] = static_cast<T>(sums[n] * scale);
  }
}

// Offset of one head's matrix in x [B, rows, heads, d], and the stride of its rows.
__device__ inline int64_t HeadOffset(int64_t b, int64_t rows, int64_t heads, int64_t head,
                                     int64_t head_dim) {
  return (b * rows * heads + head) * head_dim;
}

// Runs `...` with T the dtype's type and kDim a padded head dim that holds head_dim. bf16 and f16
// come here only with head dims that the tensor cores do not take, which are not worth kernels of
// their own.
#define MNEME_PLAIN_ATTENTION_SWITCH(dtype, head_dim, T, kDim, ...) \
  if ((dtype) != DType::kF32) {                                     \
    constexpr int kDim = 128;                                       \
    MNEME_FLOAT_SWITCH(dtype, T, __VA_ARGS__);                      \
  } else {                                                          \
    using T = float;                                                \
    if ((head_dim) <= 8) {                                          \
      constexpr int kDim = 8;                                       \
      __VA_ARGS__;                                                  \
    } else if ((head_dim) <= 16) {                                  \
      constexpr int kDim = 16;                                      \
      __VA_ARGS__;                                                  \
    } else if ((head_dim) <= 32) {                                  \
      constexpr int kDim = 32;                                      \
      __VA_ARGS__;                                                  \
    } else if ((head_dim) <= 64) {                                  \
      constexpr int kDim = 64;                                      \
      __VA_ARGS__;                                                  \
    } else {                                                        \
      constexpr int kDim = 128;                                     \
      __VA_ARGS__;                                                  \
    }                                                               \
  }

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_PLAIN_CUDA_H_
