#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/kernels/fill/fill_kernels.h"

namespace mneme::cuda {
namespace {

template <typename T>
__global__ void FillKernel(T* x, int64_t count, T value) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) x[i] = value;
}

template <typename T>
void FillAs(const FillArgs& args) {
  FillKernel<T><<<GridBlocks(args.count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<T*>(args.x), args.count, static_cast<T>(args.bits));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void Fill(const FillArgs& args) {
  if (args.count == 0) return;
  switch (args.element_bytes) {
    case 2:
      return FillAs<uint16_t>(args);
    case 4:
      return FillAs<uint32_t>(args);
    default:
      return FillAs<uint64_t>(args);
  }
}

}  // namespace mneme::cuda
