// Launch shapes for kernels. Included by .cu files only.

#ifndef MNEME_RUNTIME_CORE_CUDA_LAUNCH_H_
#define MNEME_RUNTIME_CORE_CUDA_LAUNCH_H_

#include <cstdint>

#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {

constexpr int kBlockThreads = 256;

// Blocks for a grid-stride loop over `count` elements: enough to fill any GPU, never too many.
inline int GridBlocks(int64_t count) {
  constexpr int64_t kMaxBlocks = 132 * 16;
  const int64_t blocks = CeilDiv(count, kBlockThreads);
  return static_cast<int>(blocks < kMaxBlocks ? blocks : kMaxBlocks);
}

// for (int64_t i = FirstIndex(); i < count; i += IndexStride())
__device__ inline int64_t FirstIndex() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}
__device__ inline int64_t IndexStride() { return static_cast<int64_t>(gridDim.x) * blockDim.x; }

// Shared memory that a block can have, for kernels that ask for it by cudaFuncSetAttribute.
inline int64_t MaxSharedBytes() {
  static const int64_t bytes = [] {
    int device = 0, most = 0;
    MNEME_CUDA_CHECK(cudaGetDevice(&device));
    MNEME_CUDA_CHECK(
        cudaDeviceGetAttribute(&most, cudaDevAttrMaxSharedMemoryPerBlockOptin, device));
    return static_cast<int64_t>(most);
  }();
  return bytes;
}

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_CUDA_LAUNCH_H_
