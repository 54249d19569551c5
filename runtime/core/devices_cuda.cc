#include <cuda_runtime.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/devices.h"

namespace mneme::cuda {
namespace {

// 12040 is "12.4".
std::string VersionString(int version) {
  return absl::StrCat(version / 1000, ".", version % 1000 / 10);
}

// Empty when a GPU can be used.
std::string FindReason() {
  int count = 0, driver = 0, major = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  // What the driver knows at most; 0 if there is none.
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver == 0) {
    return "no NVIDIA driver is installed";
  }
  if (error == cudaErrorInsufficientDriver) {
    return absl::StrCat("the NVIDIA driver is too old: it is for CUDA ", VersionString(driver),
                        ", and this build needs ", VersionString(CUDART_VERSION), "; update it");
  }
  if (error == cudaErrorNoDevice || (error == cudaSuccess && count == 0)) {
    return "this machine has no NVIDIA GPU, or CUDA_VISIBLE_DEVICES hides it";
  }
  if (error != cudaSuccess) return cudaGetErrorString(error);
  if (cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0) != cudaSuccess ||
      major < 8) {
    return "the GPU is older than compute capability 8.0 (A100, RTX 30)";
  }
  return "";
}

}  // namespace

const char* WhyUnavailable() {
  static const auto* const reason = new std::string(FindReason());
  return reason->empty() ? nullptr : reason->c_str();
}

std::string DeviceName() {
  cudaDeviceProp properties;
  MNEME_CUDA_CHECK(cudaGetDeviceProperties(&properties, 0));
  return properties.name;
}

}  // namespace mneme::cuda
