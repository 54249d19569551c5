#include "memory_layer/value_store/gpu_memory.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

// Null for success, or what went wrong.
const char* Reason(cudaError_t error) {
  if (error == cudaSuccess) return nullptr;
  cudaGetLastError();  // or the next check after a launch would find it
  return cudaGetErrorString(error);
}

int CurrentDevice() {
  int device = 0;
  MNEME_CUDA_CHECK(cudaGetDevice(&device));
  return device;
}

}  // namespace

int64_t FreeBytes() {
  size_t free_bytes = 0, total_bytes = 0;
  MNEME_CUDA_CHECK(cudaMemGetInfo(&free_bytes, &total_bytes));
  return static_cast<int64_t>(free_bytes);
}

void* DeviceAddress(void* shared) {
  cudaPointerAttributes attributes;
  MNEME_CUDA_CHECK(cudaPointerGetAttributes(&attributes, shared));
  return attributes.devicePointer;
}

const char* PinMemory(void* data, int64_t bytes) {
  return Reason(cudaHostRegister(data, static_cast<size_t>(bytes),
                                 cudaHostRegisterMapped | cudaHostRegisterPortable));
}

void UnpinMemory(void* data) { MNEME_CUDA_CHECK(cudaHostUnregister(data)); }

bool CanShareManaged() {
  int can_share = 0;
  MNEME_CUDA_CHECK(
      cudaDeviceGetAttribute(&can_share, cudaDevAttrConcurrentManagedAccess, CurrentDevice()));
  return can_share != 0;
}

const char* AllocateManaged(int64_t bytes, void** data) {
  const size_t size = static_cast<size_t>(bytes);
  if (const char* refused = Reason(cudaMallocManaged(data, size))) return refused;
#if CUDART_VERSION >= 13000
  const cudaMemLocation host = {cudaMemLocationTypeHost, 0};
  const cudaMemLocation gpu = {cudaMemLocationTypeDevice, CurrentDevice()};
#else  // CUDA 12 takes the number of a device.
  const int host = cudaCpuDeviceId, gpu = CurrentDevice();
#endif
  // Pages stay on the host, and the GPU's map of them is kept up to date.
  MNEME_CUDA_CHECK(cudaMemAdvise(*data, size, cudaMemAdviseSetPreferredLocation, host));
  MNEME_CUDA_CHECK(cudaMemAdvise(*data, size, cudaMemAdviseSetAccessedBy, gpu));
  return nullptr;
}

void FreeManaged(void* data) { MNEME_CUDA_CHECK(cudaFree(data)); }

}  // namespace mneme::cuda
