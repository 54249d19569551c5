#include <algorithm>

#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/reduce/reduce_kernels.h"

namespace mneme::cuda {
namespace {

constexpr int kColumns = 32;    // of a block: one a thread along x
constexpr int kRowThreads = 8;  // threads along y share the rows
constexpr int kMaxRowBlocks = 64;
constexpr int kNormTensors = 64;
constexpr int64_t kNormChunk = 1 << 15;  // elements that a block sums

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

// So many tensors travel as an argument of one launch.
struct NormLaunch {
  NormTensor tensors[kNormTensors];
  int64_t chunk_end[kNormTensors];  // running sum of the tensors' chunks
};

// Block (chunk) sums the squares of one chunk of one tensor.
__global__ void SumChunkSquares(const __grid_constant__ NormLaunch launch, float* partial) {
  const int64_t chunk = blockIdx.x;
  int t = 0;
  while (chunk >= launch.chunk_end[t]) ++t;
  const NormTensor& tensor = launch.tensors[t];
  const int64_t begin = (chunk - (t == 0 ? 0 : launch.chunk_end[t - 1])) * kNormChunk;
  const int64_t end = min(begin + kNormChunk, tensor.count);
  float sum = 0.0f;
#pragma unroll 4
  for (int64_t i = begin + threadIdx.x; i < end; i += kBlockThreads) {
    sum = fmaf(tensor.x[i], tensor.x[i], sum);
  }
  sum = GroupReduce<kBlockThreads>(sum, AddOp());
  if (threadIdx.x == 0) partial[chunk] = sum;
}

// Block (t) adds up the chunks of a tensor.
__global__ void SumChunks(const __grid_constant__ NormLaunch launch, const float* partial,
                          float* out) {
  const int t = blockIdx.x;
  float sum = 0.0f;
  for (int64_t i = (t == 0 ? 0 : launch.chunk_end[t - 1]) + threadIdx.x; i < launch.chunk_end[t];
       i += kBlockThreads) {
    sum += partial[i];
  }
  sum = GroupReduce<kBlockThreads>(sum, AddOp());
  if (threadIdx.x == 0) out[t] = sum;
}

template <typename T>
void ColumnSumAs(const ColumnSumArgs& args) {
  const int64_t groups = CeilDiv(args.rows, kRowThreads);
  const int row_blocks = static_cast<int>(groups < 1               ? 1
                                          : groups < kMaxRowBlocks ? groups
                                                                   : kMaxRowBlocks);
  const Scratch scratch(row_blocks * args.columns * sizeof(float));
  float* partial = scratch.as<float>();
  const dim3 grid(static_cast<unsigned>(CeilDiv(args.columns, kColumns)), row_blocks);
  PartialColumnSums<T><<<grid, dim3(kColumns, kRowThreads), 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), args.rows, args.columns, partial);
  MNEME_CUDA_CHECK_LAUNCH();
  SumPartials<<<GridBlocks(args.columns), kBlockThreads, 0, ComputeStream()>>>(
      partial, row_blocks, args.columns, args.out);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ColumnSum(const ColumnSumArgs& args) {
  if (args.columns == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ColumnSumAs<T>(args));
}

void SquaredNorms(const SquaredNormsArgs& args) {
  for (int64_t first = 0; first < args.n_tensors; first += kNormTensors) {
    const int64_t count = std::min<int64_t>(kNormTensors, args.n_tensors - first);
    NormLaunch launch = {};
    int64_t chunks = 0;
    for (int64_t t = 0; t < count; ++t) {
      launch.tensors[t] = args.tensors[first + t];
      chunks += CeilDiv(launch.tensors[t].count, kNormChunk);
      launch.chunk_end[t] = chunks;
    }
    const Scratch partial(chunks * sizeof(float));
    if (chunks > 0) {
      SumChunkSquares<<<static_cast<unsigned>(chunks), kBlockThreads, 0, ComputeStream()>>>(
          launch, partial.as<float>());
      MNEME_CUDA_CHECK_LAUNCH();
    }
    SumChunks<<<static_cast<unsigned>(count), kBlockThreads, 0, ComputeStream()>>>(
        launch, partial.as<float>(), args.out + first);
    MNEME_CUDA_CHECK_LAUNCH();
  }
}

}  // namespace mneme::cuda
