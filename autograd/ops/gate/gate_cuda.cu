#include "autograd/ops/gate/gate_kernels.h"
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

__device__ float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

template <typename T>
__global__ void ForwardKernel(int64_t rows, int64_t columns, const T* x, const T* gate, T* out) {
  const int lane = threadIdx.x % kWarp;
  for (int64_t r = FirstIndex() / kWarp; r < rows; r += IndexStride() / kWarp) {
    const float s = Sigmoid(static_cast<float>(gate[r]));
    for (int64_t i = r * columns + lane; i < (r + 1) * columns; i += kWarp) {
      out[i] = static_cast<T>(s * static_cast<float>(x[i]));
    }
  }
}

template <typename T>
__global__ void BackwardKernel(int64_t rows, int64_t columns, const T* x, const T* gate,
                               const T* dout, T* dx, T* dgate) {
  const int lane = threadIdx.x % kWarp;
  for (int64_t r = FirstIndex() / kWarp; r < rows; r += IndexStride() / kWarp) {
    const float s = Sigmoid(static_cast<float>(gate[r]));
    float dot = 0.0f;
    for (int64_t i = r * columns + lane; i < (r + 1) * columns; i += kWarp) {
      const float d = static_cast<float>(dout[i]);
      dot += d * static_cast<float>(x[i]);
      if (dx != nullptr) dx[i] = static_cast<T>(s * d);
    }
    dot = WarpSum(dot);
    if (dgate != nullptr && lane == 0) dgate[r] = static_cast<T>(s * (1.0f - s) * dot);
  }
}

template <typename T>
void ForwardAs(const GateForwardArgs& args) {
  ForwardKernel<T><<<RowBlocks(args.rows), kBlockThreads, 0, ComputeStream()>>>(
      args.rows, args.columns, static_cast<const T*>(args.x), static_cast<const T*>(args.gate),
      static_cast<T*>(args.out));
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void BackwardAs(const GateBackwardArgs& args) {
  BackwardKernel<T><<<RowBlocks(args.rows), kBlockThreads, 0, ComputeStream()>>>(
      args.rows, args.columns, static_cast<const T*>(args.x), static_cast<const T*>(args.gate),
      static_cast<const T*>(args.dout), static_cast<T*>(args.dx), static_cast<T*>(args.dgate));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void GateForward(const GateForwardArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void GateBackward(const GateBackwardArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
