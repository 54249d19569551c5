// Kernels in a chain, each of which begins before the one ahead of it has ended: so that what the
// launch costs, and reading what the chain does not write, is done by the time its turn comes.
// Included by .cu files only.
//
// Source: CUDA C++ Programming Guide, "Programmatic Dependent Launch and Synchronization". GPUs
// before compute capability 9.0 run the kernels one after the other.

#ifndef MNEME_RUNTIME_CORE_CUDA_EARLY_LAUNCH_H_
#define MNEME_RUNTIME_CORE_CUDA_EARLY_LAUNCH_H_

#include <cstddef>

#include "runtime/core/cuda_check.h"

namespace mneme::cuda {

// In a kernel: the next one may begin, if it was launched by LaunchEarly.
__device__ inline void LetNextBegin() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;");
#endif
}

// In a kernel that was launched by LaunchEarly: waits until all earlier work is done and can be
// seen. Before it a kernel reads only what the last kernel of an ordinary launch left, and writes
// nothing.
__device__ inline void WaitForEarlierWork() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Asks for the cache line of an address that will be read.
__device__ inline void PrefetchToL2(const void* at) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(at));
}

inline bool CanLaunchEarly() {
  int device = 0, major = 0;
  MNEME_CUDA_CHECK(cudaGetDevice(&device));
  MNEME_CUDA_CHECK(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  return major >= 9;
}

// On the compute stream. The kernel calls WaitForEarlierWork.
template <typename... Params, typename... Args>
void LaunchEarly(void (*kernel)(Params...), dim3 grid, int threads, size_t shared_bytes,
                 const Args&... args) {
  static const bool can_launch_early = CanLaunchEarly();
  cudaLaunchAttribute early = {};
  early.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  early.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t config = {};
  config.gridDim = grid;
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.dynamicSmemBytes = shared_bytes;
  config.stream = ComputeStream();
  config.attrs = &early;
  config.numAttrs = can_launch_early ? 1 : 0;
  MNEME_CUDA_CHECK(cudaLaunchKernelEx(&config, kernel, args...));
}

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_CUDA_EARLY_LAUNCH_H_
