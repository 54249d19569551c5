#include "autograd/ops/rms_norm/rms_norm_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

constexpr int kWarp = 32;

// Blocks for a loop that gives each row a warp.
int RowBlocks(int64_t rows) { return GridBlocks(rows * kWarp); }

// The sum over the warp, the same bits in every lane.
__device__ float WarpSum(float value) {
  for (int step = kWarp / 2; step > 0; step /= 2) value += __shfl_xor_sync(~0u, value, step);
  return value;
}

template <typename T>
__device__ float WeightAt(const void* weight, int64_t c) {
  return weight == nullptr ? 1.0f : static_cast<float>(static_cast<const T*>(weight)[c]);
}

// A warp for each row. The second pass over the row finds it in the cache.
template <typename T>
__global__ void ForwardKernel(RmsNormForwardArgs args) {
  const int lane = threadIdx.x % kWarp;
  for (int64_t r = FirstIndex() / kWarp; r < args.rows; r += IndexStride() / kWarp) {
    const T* x = static_cast<const T*>(args.x) + r * args.columns;
    T* out = static_cast<T*>(args.out) + r * args.columns;
    float squares = 0.0f;
    for (int64_t c = lane; c < args.columns; c += kWarp) {
      const float v = static_cast<float>(x[c]);
      squares += v * v;
    }
    squares = WarpSum(squares);
    const float inv_rms = 1.0f / sqrtf(squares / static_cast<float>(args.columns) + args.epsilon);
    for (int64_t c = lane; c < args.columns; c += kWarp) {
      out[c] = static_cast<T>(static_cast<float>(x[c]) * inv_rms * WeightAt<T>(args.weight, c));
    }
    if (lane == 0) args.inv_rms[r] = inv_rms;
  }
}

// dx: a warp for each row.
template <typename T>
__global__ void RowGradients(RmsNormBackwardArgs args) {
  const int lane = threadIdx.x % kWarp;
  for (int64_t r = FirstIndex() / kWarp; r < args.rows; r += IndexStride() / kWarp) {
    const T* x = static_cast<const T*>(args.x) + r * args.columns;
    const T* dout = static_cast<const T*>(args.dout) + r * args.columns;
    T* dx = static_cast<T*>(args.dx) + r * args.columns;
    const float inv_rms = args.inv_rms[r];
    float sum = 0.0f;
    for (int64_t c = lane; c < args.columns; c += kWarp) {
      const float g = static_cast<float>(dout[c]) * WeightAt<T>(args.weight, c);
      sum += g * static_cast<float>(x[c]);
    }
    sum = WarpSum(sum);
    const float along_x = inv_rms * inv_rms * (sum / static_cast<float>(args.columns));
    for (int64_t c = lane; c < args.columns; c += kWarp) {
      const float g = static_cast<float>(dout[c]) * WeightAt<T>(args.weight, c);
      dx[c] = static_cast<T>(inv_rms * (g - along_x * static_cast<float>(x[c])));
    }
  }
}

// dweight: block (strip, group) sums a group of rows for 32 columns. Warp y takes every
// kGroupWarps-th row.
constexpr int kGroupWarps = 8;

template <typename T>
__global__ void WeightGradients(RmsNormBackwardArgs args) {
  const int64_t c = static_cast<int64_t>(blockIdx.x) * kWarp + threadIdx.x;
  const int64_t group = blockIdx.y;
  const int64_t begin = group * args.rows / args.groups;
  const int64_t end = (group + 1) * args.rows / args.groups;
  float sum = 0.0f;
  if (c < args.columns) {
    for (int64_t r = begin + threadIdx.y; r < end; r += kGroupWarps) {
      const int64_t i = r * args.columns + c;
      sum += static_cast<float>(static_cast<const T*>(args.dout)[i]) *
             static_cast<float>(static_cast<const T*>(args.x)[i]) * args.inv_rms[r];
    }
  }
  __shared__ float sums[kGroupWarps][kWarp];
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || c >= args.columns) return;
  for (int y = 1; y < kGroupWarps; ++y) sum += sums[y][threadIdx.x];
  args.dweight[group * args.columns + c] = sum;
}

template <typename T>
void ForwardAs(const RmsNormForwardArgs& args) {
  ForwardKernel<T><<<RowBlocks(args.rows), kBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void BackwardAs(const RmsNormBackwardArgs& args) {
  if (args.dx != nullptr && args.rows > 0) {
    RowGradients<T><<<RowBlocks(args.rows), kBlockThreads, 0, ComputeStream()>>>(args);
    MNEME_CUDA_CHECK_LAUNCH();
  }
  if (args.dweight == nullptr) return;
  const dim3 grid(static_cast<unsigned>((args.columns + kWarp - 1) / kWarp),
                  static_cast<unsigned>(args.groups));
  WeightGradients<T><<<grid, dim3(kWarp, kGroupWarps), 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void RmsNormForward(const RmsNormForwardArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void RmsNormBackward(const RmsNormBackwardArgs& args) {
  if (args.columns == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
