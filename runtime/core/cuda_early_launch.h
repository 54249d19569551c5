// Kernels in a chain, each of which begins before the one ahead of it has ended: so that what the
// launch costs, and reading what the chain does not write, is done by the time its turn comes.
// Included by .cu files only.
//
// Source: CUDA C++ Programming Guide, "Programmatic Dependent Launch and Synchronization". Code
// that was compiled for compute capability 8.0 runs one kernel after the other.

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
// seen. Before it a kernel reads only what was written before the last ordinary launch began, or by
// copies, and writes nothing.
__device__ inline void WaitForEarlierWork() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

// Asks for the cache line of an address that will be read.
__device__ inline void PrefetchToL2(const void* at) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(at));
}

// Whether a kernel, as this GPU runs it, waits for earlier work: what PTX it was compiled from
// counts, and not the GPU, which may have compiled the oldest for itself.
inline bool CanLaunchEarly(const void* kernel) {
  cudaFuncAttributes attributes;
  MNEME_CUDA_CHECK(cudaFuncGetAttributes(&attributes, kernel));
  return attributes.ptxVersion >= 90;
}

// On the compute stream. The kernel calls WaitForEarlierWork.
template <typename... Params, typename... Args>
void LaunchEarly(void (*kernel)(Params...), dim3 grid, int threads, size_t shared_bytes,
                 const Args&... args) {
  // All kernels are compiled for the same architectures.
  static const bool can_launch_early = CanLaunchEarly(reinterpret_cast<const void*>(kernel));
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
