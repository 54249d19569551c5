#include "autograd/ops/scale/scale_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

template <typename T>
__global__ void ScaleKernel(const T* x, T* out, int64_t count, float alpha) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    out[i] = static_cast<T>(alpha * static_cast<float>(x[i]));
  }
}

template <typename T>
void ScaleAs(const ScaleArgs& args) {
  ScaleKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.x), static_cast<T*>(args.out), args.count, args.alpha);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Scale(const ScaleArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ScaleAs<T>(args));
}

}  // namespace mneme::cuda
