#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/add/add_kernels.h"

namespace mneme::cuda {
namespace {

template <typename T>
__global__ void AddKernel(const T* a, const T* b, T* out, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    out[i] = static_cast<T>(static_cast<float>(a[i]) + static_cast<float>(b[i]));
  }
}

template <typename T>
void AddAs(const AddArgs& args) {
  AddKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.a), static_cast<const T*>(args.b), static_cast<T*>(args.out),
      args.count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Add(const AddArgs& args) {
  if (args.count == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, AddAs<T>(args));
}

}  // namespace mneme::cuda
