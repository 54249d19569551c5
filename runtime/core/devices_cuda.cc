#include <cuda_runtime.h>

#include "runtime/core/devices.h"

namespace mneme::cuda {

const char* WhyUnavailable() {
  static const char* const reason = []() -> const char* {
    int count = 0;
    const cudaError_t error = cudaGetDeviceCount(&count);
    if (error != cudaSuccess) return cudaGetErrorString(error);
    if (count == 0) return "this machine has no NVIDIA GPU";
    int major = 0;
    if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess ||
        major < 8) {
      return "the GPU is older than compute capability 8.0";
    }
    return nullptr;
  }();
  return reason;
}

}  // namespace mneme::cuda
