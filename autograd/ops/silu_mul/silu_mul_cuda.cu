#include "autograd/ops/silu_mul/silu_mul_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

__device__ float Sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

template <typename T>
__global__ void ForwardKernel(const T* a, const T* b, T* out, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    const float x = static_cast<float>(a[i]);
    out[i] = static_cast<T>(x * Sigmoid(x) * static_cast<float>(b[i]));
  }
}

template <typename T>
__global__ void BackwardKernel(const T* a, const T* b, const T* dout, T* da, T* db, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    const float x = static_cast<float>(a[i]), d = static_cast<float>(dout[i]);
    const float s = Sigmoid(x);
    da[i] = static_cast<T>(d * static_cast<float>(b[i]) * s * (1.0f + x * (1.0f - s)));
    db[i] = static_cast<T>(d * x * s);
  }
}

template <typename T>
void ForwardAs(const SiluMulForwardArgs& args) {
  ForwardKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.a), static_cast<const T*>(args.b), static_cast<T*>(args.out),
      args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void BackwardAs(const SiluMulBackwardArgs& args) {
  BackwardKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.a), static_cast<const T*>(args.b),
      static_cast<const T*>(args.dout), static_cast<T*>(args.da), static_cast<T*>(args.db),
      args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void SiluMulForward(const SiluMulForwardArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void SiluMulBackward(const SiluMulBackwardArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
