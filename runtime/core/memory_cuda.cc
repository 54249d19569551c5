#include <atomic>

#include "runtime/core/cuda_check.h"
#include "runtime/core/memory.h"
#include "runtime/core/stream.h"

namespace mneme::cuda {
namespace {

std::atomic<int64_t> bytes_in_use{0};

// The pool keeps what is freed: giving memory back to the driver at every synchronisation would
// make each step allocate anew.
void KeepFreedMemory() {
  int device = 0;
  MNEME_CUDA_CHECK(cudaGetDevice(&device));
  cudaMemPool_t pool;
  MNEME_CUDA_CHECK(cudaDeviceGetDefaultMemPool(&pool, device));
  uint64_t threshold_bytes = UINT64_MAX;
  MNEME_CUDA_CHECK(
      cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &threshold_bytes));
}

}  // namespace

void* Allocate(int64_t bytes) {
  if (bytes == 0) return nullptr;
  static const bool configured = (KeepFreedMemory(), true);
  (void)configured;
  void* data = nullptr;
  const cudaError_t error = cudaMallocAsync(&data, bytes, ComputeStream());
  if (error == cudaErrorMemoryAllocation) {
    std::fprintf(stderr,
                 "out of GPU memory: asked for %lld bytes with %lld in use by tensors; a smaller "
                 "data.batch_size, data.seq_len or model.dim needs less\n",
                 static_cast<long long>(bytes), static_cast<long long>(bytes_in_use.load()));
    std::exit(1);
  }
  MNEME_CUDA_CHECK(error);
  bytes_in_use += bytes;
  return data;
}

void Free(void* data, int64_t bytes) {
  if (data == nullptr) return;
  bytes_in_use -= bytes;
  MNEME_CUDA_CHECK(cudaFreeAsync(data, ComputeStream()));
}

int64_t BytesInUse() { return bytes_in_use; }

void CopyToHost(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  MNEME_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, ComputeStream()));
  SynchronizeStream(ComputeStream());
}

void CopyOnDevice(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  MNEME_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, ComputeStream()));
}

void ZeroMemory(void* data, int64_t bytes) {
  if (bytes == 0) return;
  MNEME_CUDA_CHECK(cudaMemsetAsync(data, 0, bytes, ComputeStream()));
}

}  // namespace mneme::cuda
