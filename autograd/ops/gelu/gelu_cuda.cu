#include "autograd/ops/gelu/gelu_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

constexpr float kSqrtHalf = 0.70710678118654752f;           // 1 / sqrt(2)
constexpr float kInverseSqrtTwoPi = 0.398942280401432678f;  // 1 / sqrt(2 pi)

__device__ float Phi(float x) { return 0.5f + 0.5f * erff(x * kSqrtHalf); }

template <typename T>
__global__ void ForwardKernel(const T* x, T* out, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    const float v = static_cast<float>(x[i]);
    out[i] = static_cast<T>(v * Phi(v));
  }
}

template <typename T>
__global__ void BackwardKernel(const T* x, const T* dout, T* dx, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    const float v = static_cast<float>(x[i]);
    const float density = kInverseSqrtTwoPi * expf(-0.5f * v * v);
    dx[i] = static_cast<T>(static_cast<float>(dout[i]) * (Phi(v) + v * density));
  }
}

template <typename T>
void ForwardAs(const GeluForwardArgs& args) {
  ForwardKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), static_cast<T*>(args.out), args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void BackwardAs(const GeluBackwardArgs& args) {
  BackwardKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), static_cast<const T*>(args.dout), static_cast<T*>(args.dx),
      args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void GeluForward(const GeluForwardArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void GeluBackward(const GeluBackwardArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
