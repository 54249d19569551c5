#include "memory_layer/mul/mul_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

template <typename T>
__global__ void MulKernel(const T* a, const T* b, T* out, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    out[i] = static_cast<T>(static_cast<float>(a[i]) * static_cast<float>(b[i]));
  }
}

template <typename T>
void MulAs(const MulArgs& args) {
  MulKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.a), static_cast<const T*>(args.b), static_cast<T*>(args.out),
      args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Mul(const MulArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, MulAs<T>(args));
}

}  // namespace mneme::cuda
