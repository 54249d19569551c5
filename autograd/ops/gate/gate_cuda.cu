#include "autograd/ops/gate/gate_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

__device__ float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// kThreads threads to a row.
template <int kThreads, typename T>
__global__ void ForwardKernel(int64_t rows, int64_t columns, const T* x, const T* gate, T* out) {
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const float s = Sigmoid(static_cast<float>(gate[r]));
    const int64_t end = (r + 1) * columns;
    for (int64_t i = r * columns + threadIdx.x % kThreads; i < end; i += kThreads) {
      out[i] = static_cast<T>(s * static_cast<float>(x[i]));
    }
  }
}

template <int kThreads, typename T>
__global__ void BackwardKernel(int64_t rows, int64_t columns, const T* x, const T* gate,
                               const T* dout, T* dx, T* dgate) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const float s = Sigmoid(static_cast<float>(gate[r]));
    const int64_t end = (r + 1) * columns;
    float dot = 0.0f;
    for (int64_t i = r * columns + first; i < end; i += kThreads) {
      const float d = static_cast<float>(dout[i]);
      dot += d * static_cast<float>(x[i]);
      if (dx != nullptr) dx[i] = static_cast<T>(s * d);
    }
    dot = GroupReduce<kThreads>(dot, AddOp());
    if (dgate != nullptr && first == 0) dgate[r] = static_cast<T>(s * (1.0f - s) * dot);
  }
}

template <int kThreads, typename T>
void Forward(const GateForwardArgs& args) {
  ForwardKernel<kThreads><<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
      args.rows, args.columns, static_cast<const T*>(args.x), static_cast<const T*>(args.gate),
      static_cast<T*>(args.out));
  MNEME_CUDA_CHECK_LAUNCH();
}

template <int kThreads, typename T>
void Backward(const GateBackwardArgs& args) {
  BackwardKernel<kThreads>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
          args.rows, args.columns, static_cast<const T*>(args.x), static_cast<const T*>(args.gate),
          static_cast<const T*>(args.dout), static_cast<T*>(args.dx), static_cast<T*>(args.dgate));
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void ForwardAs(const GateForwardArgs& args) {
  args.columns < kLongRow ? Forward<kWarpThreads, T>(args) : Forward<kRowBlockThreads, T>(args);
}

template <typename T>
void BackwardAs(const GateBackwardArgs& args) {
  args.columns < kLongRow ? Backward<kWarpThreads, T>(args) : Backward<kRowBlockThreads, T>(args);
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
