// Tiles of bf16 or f16 rows in shared memory, and a warp's products with them on the tensor cores.
// Included by .cu files only.
//
// A block of four warps works on 64 rows (queries, or in the pass over keys, keys), 16 to a warp,
// against tiles of other rows that stream through two stages of shared memory.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_TILES_CUDA_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_TILES_CUDA_H_

#include <cstdint>

#include "autograd/ops/attention/mma_cuda.h"

namespace mneme::cuda {

constexpr int kMmaThreads = 128;
constexpr int kWarpRows = 16;
constexpr int kBlockRows = kMmaThreads / 32 * kWarpRows;
constexpr float kLog2E = 1.44269504088896341f;

// Sums of a warp: [16, 8 kTiles] f32, each [16, 8] tile laid out as mma_cuda.h's c.
template <int kTiles>
struct Sums {
  float at[kTiles][4] = {};
};

// kRows rows of head dim kDim, of which the columns beyond the true head dim are zero. Rows are
// 16 bytes longer than they need be, so that the eight rows that ldmatrix reads at a time lie in
// different memory banks.
template <typename T, int kRows, int kDim>
struct MmaTile {
  static constexpr int kStride = kDim + 8;
  static constexpr int kBytes = kRows * kStride * static_cast<int>(sizeof(T));
  T* data;

  __device__ explicit MmaTile(unsigned char* shared) : data(reinterpret_cast<T*>(shared)) {}
  __device__ T* At(int row, int column) const { return data + row * kStride + column; }

  // Starts copying rows [first, first + kRows) of one head, x [rows, head_dim] with `stride`
  // elements from row to row; zeros beyond the last row. head_dim is a multiple of 8.
  __device__ void LoadAsync(const T* x, int64_t stride, int64_t first, int64_t rows,
                            int head_dim) const {
    LoadAsync(x, stride, first, rows, head_dim, [](int64_t row) { return row; });
  }

  // The same of rows row_at(first), row_at(first + 1), ... of x.
  template <typename RowAt>
  __device__ void LoadAsync(const T* x, int64_t stride, int64_t first, int64_t rows, int head_dim,
                            RowAt row_at) const {
    constexpr int kPieces = kDim / 8;  // of 16 bytes, in a row
    static_assert(kRows * kPieces % kMmaThreads == 0);
#pragma unroll
    for (int n = 0; n < kRows * kPieces / kMmaThreads; ++n) {
      const int i = n * kMmaThreads + static_cast<int>(threadIdx.x);
      const int row = i / kPieces, column = i % kPieces * 8;
      const bool inside = first + row < rows && column < head_dim;
      CopyAsync16(At(row, column), inside ? x + row_at(first + row) * stride + column : x, inside);
    }
  }
};

// sums [16, kRows] += rows [row, row + 16) of a, times the rows of b: a b^T.
template <typename T, int kARows, int kRows, int kDim>
__device__ void AddRowProducts(Sums<kRows / 8>& sums, MmaTile<T, kARows, kDim> a, int row,
                               MmaTile<T, kRows, kDim> b) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int c = 0; c < kDim; c += 16) {
    uint32_t a_part[4];
    LoadMatrices(a_part, a.At(row + lane % 16, c + lane / 16 * 8));
#pragma unroll
    for (int n = 0; n < kRows; n += 16) {
      uint32_t b_part[4];  // of eight rows, and of the next eight
      LoadMatrices(b_part, b.At(n + lane / 16 * 8 + lane % 8, c + lane / 8 % 2 * 8));
      Mma<T>(sums.at[n / 8], a_part, b_part[0], b_part[1]);
      Mma<T>(sums.at[n / 8 + 1], a_part, b_part[2], b_part[3]);
    }
  }
}

// sums [16, kDim] += weights [16, kRows], rounded to T, times the rows of b.
template <typename T, int kRows, int kDim>
__device__ void AddWeightedRows(Sums<kDim / 8>& sums, const Sums<kRows / 8>& weights,
                                MmaTile<T, kRows, kDim> b) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int k = 0; k < kRows; k += 16) {
    const float *left = weights.at[k / 8], *right = weights.at[k / 8 + 1];
    const uint32_t a_part[4] = {Pack<T>(left[0], left[1]), Pack<T>(left[2], left[3]),
                                Pack<T>(right[0], right[1]), Pack<T>(right[2], right[3])};
#pragma unroll
    for (int n = 0; n < kDim; n += 16) {
      uint32_t b_part[4];  // of eight columns, and of the next eight
      LoadMatricesTransposed(b_part, b.At(k + lane % 16, n + lane / 16 * 8));
      Mma<T>(sums.at[n / 8], a_part, b_part[0], b_part[1]);
      Mma<T>(sums.at[n / 8 + 1], a_part, b_part[2], b_part[3]);
    }
  }
}

// Rows [first, first + 16) of x = sums, the upper and the lower eight times a scale each.
template <typename T, int kTiles>
__device__ void StoreRows(T* x, int64_t stride, int64_t first, int64_t rows, int head_dim,
                          const Sums<kTiles>& sums, float upper_scale, float lower_scale) {
  const int lane = threadIdx.x % 32;
  const int64_t upper = first + lane / 4, lower = upper + 8;
#pragma unroll
  for (int n = 0; n < kTiles; ++n) {
    const int column = n * 8 + lane % 4 * 2;
    if (column >= head_dim) continue;
    const float* c = sums.at[n];
    if (upper < rows) {
      *reinterpret_cast<uint32_t*>(x + upper * stride + column) =
          Pack<T>(c[0] * upper_scale, c[1] * upper_scale);
    }
    if (lower < rows) {
      *reinterpret_cast<uint32_t*>(x + lower * stride + column) =
          Pack<T>(c[2] * lower_scale, c[3] * lower_scale);
    }
  }
}

// Runs `...` with T the dtype's type and kDim the padded head dim.
#define MNEME_MMA_ATTENTION_SWITCH(dtype, head_dim, T, kDim, ...) \
  if ((dtype) == DType::kBF16) {                                  \
    using T = bf16;                                               \
    MNEME_MMA_HEAD_DIM_SWITCH(head_dim, kDim, __VA_ARGS__)        \
  } else {                                                        \
    using T = f16;                                                \
    MNEME_MMA_HEAD_DIM_SWITCH(head_dim, kDim, __VA_ARGS__)        \
  }
#define MNEME_MMA_HEAD_DIM_SWITCH(head_dim, kDim, ...) \
  if ((head_dim) <= 32) {                              \
    constexpr int kDim = 32;                           \
    __VA_ARGS__;                                       \
  } else if ((head_dim) <= 64) {                       \
    constexpr int kDim = 64;                           \
    __VA_ARGS__;                                       \
  } else if ((head_dim) <= 96) {                       \
    constexpr int kDim = 96;                           \
    __VA_ARGS__;                                       \
  } else {                                             \
    constexpr int kDim = 128;                          \
    __VA_ARGS__;                                       \
  }

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_TILES_CUDA_H_
