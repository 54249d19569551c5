#include "memory_layer/value_store/gpu_memory.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {

int64_t FreeBytes() {
  size_t free_bytes = 0, total_bytes = 0;
  MNEME_CUDA_CHECK(cudaMemGetInfo(&free_bytes, &total_bytes));
  return static_cast<int64_t>(free_bytes);
}

void* DeviceAddress(void* pinned) {
  void* address = nullptr;
  MNEME_CUDA_CHECK(cudaHostGetDevicePointer(&address, pinned, 0));
  return address;
}

const char* PinMemory(void* data, int64_t bytes) {
  const cudaError_t error = cudaHostRegister(data, static_cast<size_t>(bytes),
                                             cudaHostRegisterMapped | cudaHostRegisterPortable);
  if (error == cudaSuccess) return nullptr;
  cudaGetLastError();  // or the next check after a launch would find it
  return cudaGetErrorString(error);
}

void UnpinMemory(void* data) { MNEME_CUDA_CHECK(cudaHostUnregister(data)); }

}  // namespace mneme::cuda
