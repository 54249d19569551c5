#include <atomic>
#include <cstdlib>

#include "runtime/core/cuda_check.h"
#include "runtime/core/memory.h"
#include "runtime/core/profiler_range.h"
#include "runtime/core/stream.h"

namespace mneme::cuda {
namespace {

std::atomic<int64_t> bytes_in_use{0};
std::atomic<int64_t> peak_bytes{0};

void CountAllocated(int64_t bytes) {
  const int64_t now = bytes_in_use += bytes;
  int64_t peak = peak_bytes;
  while (peak < now && !peak_bytes.compare_exchange_weak(peak, now)) {
  }
}

long long InMiB(int64_t bytes) { return (bytes + (1 << 20) - 1) >> 20; }

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
    cudaGetLastError();  // or the next check after a launch would find it
    return nullptr;
  }
  MNEME_CUDA_CHECK(error);
  CountAllocated(bytes);
  return data;
}

void ExitOutOfMemory(int64_t bytes, const char* what) {
  char doing[256];
  DescribeRanges(doing, sizeof(doing));
  size_t free_bytes = 0, total_bytes = 0;
  cudaMemGetInfo(&free_bytes, &total_bytes);
  std::fprintf(stderr,
               "out of GPU memory: no room for %s, %lld MiB%s%s; tensors hold %lld MiB, and %lld "
               "MiB of the GPU's %lld are free. Lower data.batch_size (grad_acc_steps makes up for "
               "it), data.seq_len, model.dim or model.n_layers; "
               "model.productkey_args.zero_copy=true keeps value tables in host memory.\n",
               what, InMiB(bytes), doing[0] == '\0' ? "" : ", during ", doing, InMiB(bytes_in_use),
               InMiB(free_bytes), InMiB(total_bytes));
  std::_Exit(1);
}

void Free(void* data, int64_t bytes) {
  if (data == nullptr) return;
  bytes_in_use -= bytes;
  MNEME_CUDA_CHECK(cudaFreeAsync(data, ComputeStream()));
}

int64_t BytesInUse() { return bytes_in_use; }
int64_t PeakBytesInUse() { return peak_bytes; }

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
