#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/reduce/reduce_kernels.h"

namespace mneme::cuda {
namespace {

constexpr int kColumns = 32;    // of a block: one a thread along x
constexpr int kRowThreads = 8;  // threads along y share the rows
constexpr int kMaxRowBlocks = 64;
constexpr int kNormBlocks = 512;  // fixed, so that the order of the sum is too

// Block (c, r) sums every gridDim.y-th group of rows of 32 columns into partial[r].
template <typename T>
__global__ void PartialColumnSums(const T* x, int64_t rows, int64_t columns, float* partial) {
  const int64_t c = static_cast<int64_t>(blockIdx.x) * kColumns + threadIdx.x;
  float sum = 0.0f;
  if (c < columns) {
    const int64_t first = static_cast<int64_t>(blockIdx.y) * kRowThreads + threadIdx.y;
    for (int64_t r = first; r < rows; r += static_cast<int64_t>(gridDim.y) * kRowThreads) {
      sum += static_cast<float>(x[r * columns + c]);
    }
  }
  __shared__ float shared[kRowThreads][kColumns];
  shared[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y == 0 && c < columns) {
    for (int i = 1; i < kRowThreads; ++i) sum += shared[i][threadIdx.x];
    partial[blockIdx.y * columns + c] = sum;
  }
}

__global__ void SumPartials(const float* partial, int row_blocks, int64_t columns, float* out) {
  for (int64_t c = FirstIndex(); c < columns; c += IndexStride()) {
    float sum = 0.0f;
    for (int r = 0; r < row_blocks; ++r) sum += partial[r * columns + c];
    out[c] = sum;
  }
}

// The sum over the block, in a fixed order; valid in thread 0.
__device__ float BlockSum(float value) {
  __shared__ float shared[kBlockThreads];
  shared[threadIdx.x] = value;
  __syncthreads();
  for (int half = kBlockThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    __syncthreads();
  }
  return shared[0];
}

template <typename T>
__global__ void PartialSquaredNorms(const T* x, int64_t count, float* partial) {
  float sum = 0.0f;
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    const float v = static_cast<float>(x[i]);
    sum += v * v;
  }
  sum = BlockSum(sum);
  if (threadIdx.x == 0) partial[blockIdx.x] = sum;
}

__global__ void AddPartials(const float* partial, float* total) {
  float sum = 0.0f;
  for (int i = threadIdx.x; i < kNormBlocks; i += kBlockThreads) sum += partial[i];
  sum = BlockSum(sum);
  if (threadIdx.x == 0) *total += sum;
}

template <typename T>
void ColumnSumAs(const ColumnSumArgs& args) {
  const int64_t groups = (args.rows + kRowThreads - 1) / kRowThreads;
  const int row_blocks = static_cast<int>(groups < 1               ? 1
                                          : groups < kMaxRowBlocks ? groups
                                                                   : kMaxRowBlocks);
  const Scratch scratch(row_blocks * args.columns * sizeof(float));
  float* partial = scratch.as<float>();
  const dim3 grid(static_cast<unsigned>((args.columns + kColumns - 1) / kColumns), row_blocks);
  PartialColumnSums<T><<<grid, dim3(kColumns, kRowThreads), 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), args.rows, args.columns, partial);
  MNEME_CUDA_CHECK_LAUNCH();
  SumPartials<<<GridBlocks(args.columns), kBlockThreads, 0, ComputeStream()>>>(
      partial, row_blocks, args.columns, args.out);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void AddSquaredNormAs(const SquaredNormArgs& args) {
  const Scratch scratch(kNormBlocks * sizeof(float));
  float* partial = scratch.as<float>();
  PartialSquaredNorms<T><<<kNormBlocks, kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), args.count, partial);
  MNEME_CUDA_CHECK_LAUNCH();
  AddPartials<<<1, kBlockThreads, 0, ComputeStream()>>>(partial, args.total);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ColumnSum(const ColumnSumArgs& args) {
  if (args.columns == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ColumnSumAs<T>(args));
}

void AddSquaredNorm(const SquaredNormArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, AddSquaredNormAs<T>(args));
}

}  // namespace mneme::cuda
