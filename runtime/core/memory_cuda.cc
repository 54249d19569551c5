#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "runtime/core/block_cache.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/memory.h"
#include "runtime/core/private_memory_cuda.h"
#include "runtime/core/profiler_range.h"
#include "runtime/core/small_copy_cuda.h"
#include "runtime/core/stream.h"

namespace mneme::cuda {
namespace {

ByteCount byte_count;

// Small blocks come from here without a call to the driver: it costs as much as a kernel, and comes
// between kernels that could overlap. All work that uses them is in the order of one stream, or is
// made to wait for it, so a block may be handed out while the kernels that used it last still run.
// Off for compute-sanitizer, which then knows every tensor.
constexpr int64_t kMaxSmallBytes = 1 << 20;
BlockCache& SmallBlocks() {
  static auto* cache = new BlockCache;  // never destroyed: tensors may outlive main
  return *cache;
}

bool IsSmall(int64_t bytes) {
  static const bool is_off = std::getenv("MNEME_NO_GPU_BLOCK_CACHE") != nullptr;
  return bytes <= kMaxSmallBytes && !is_off;
}

// Whose PrivateMemory is in force, and the blocks of all of them.
thread_local std::shared_ptr<BlockCache> private_cache;

struct PrivateBlocks {
  std::mutex mutex;
  std::unordered_map<void*, std::shared_ptr<BlockCache>> owners;
};
PrivateBlocks& AllPrivateBlocks() {
  static auto* blocks = new PrivateBlocks;  // never destroyed: tensors may outlive main
  return *blocks;
}

// Gives a block back to the cache that it belongs to; false if it is nobody's.
bool PutPrivate(void* block, int64_t bytes) {
  PrivateBlocks& blocks = AllPrivateBlocks();
  std::lock_guard<std::mutex> lock(blocks.mutex);
  const auto owner = blocks.owners.find(block);
  if (owner == blocks.owners.end()) return false;
  owner->second->Put(block, BlockCache::SizeClass(bytes));
  return true;
}

void FreeAll(BlockCache* cache) {
  for (void* block : cache->TakeAll()) MNEME_CUDA_CHECK(cudaFreeAsync(block, ComputeStream()));
}

// Little comes to the host sooner through memory that the GPU writes by itself.
struct PinnedBytes {
  static constexpr int64_t kBytes = 4 << 10;

  std::mutex mutex;
  void* data = AllocatePinned(kBytes);
};

// Memory that a recording took would come and go with each of its runs.
void CheckNotRecording() {
  cudaStreamCaptureStatus status;
  MNEME_CUDA_CHECK(cudaStreamIsCapturing(ComputeStream(), &status));
  if (status == cudaStreamCaptureStatusNone) return;
  std::fprintf(stderr, "work to be recorded takes more memory every time\n");
  std::abort();
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
  BlockCache* const cache = private_cache    ? private_cache.get()
                            : IsSmall(bytes) ? &SmallBlocks()
                                             : nullptr;
  const int64_t size = cache != nullptr ? BlockCache::SizeClass(bytes) : bytes;
  void* data = cache != nullptr ? cache->Take(size) : nullptr;
  if (data == nullptr) {
    if (private_cache) CheckNotRecording();
    cudaError_t error = cudaMallocAsync(&data, size, ComputeStream());
    if (error == cudaErrorMemoryAllocation && !private_cache) {
      FreeAll(&SmallBlocks());  // of sizes that nobody may ask for any more
      error = cudaMallocAsync(&data, size, ComputeStream());
    }
    if (error == cudaErrorMemoryAllocation) {
      cudaGetLastError();  // or the next check after a launch would find it
      return nullptr;
    }
    MNEME_CUDA_CHECK(error);
    if (private_cache) {
      std::lock_guard<std::mutex> lock(AllPrivateBlocks().mutex);
      AllPrivateBlocks().owners[data] = private_cache;
    }
  }
  byte_count.Add(bytes);
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
               what, InMiB(bytes), doing[0] == '\0' ? "" : ", during ", doing, InMiB(BytesInUse()),
               InMiB(free_bytes), InMiB(total_bytes));
  std::_Exit(1);
}

void Free(void* data, int64_t bytes) {
  if (data == nullptr) return;
  byte_count.Add(-bytes);
  if (PutPrivate(data, bytes)) return;
  if (IsSmall(bytes)) return SmallBlocks().Put(data, BlockCache::SizeClass(bytes));
  MNEME_CUDA_CHECK(cudaFreeAsync(data, ComputeStream()));
}

PrivateMemory::PrivateMemory(std::shared_ptr<BlockCache> cache) {
  private_cache = std::move(cache);
}
PrivateMemory::~PrivateMemory() { private_cache = nullptr; }

// Blocks that are in use become like any other: their size is that of a class.
void ReleasePrivateMemory(const std::shared_ptr<BlockCache>& cache) {
  {
    PrivateBlocks& blocks = AllPrivateBlocks();
    std::lock_guard<std::mutex> lock(blocks.mutex);
    std::erase_if(blocks.owners, [&](const auto& block) { return block.second == cache; });
  }
  FreeAll(cache.get());
}

int64_t BytesInUse() { return byte_count.in_use(); }
int64_t PeakBytesInUse() { return byte_count.peak(); }

void CopyToHost(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  if (bytes > PinnedBytes::kBytes) {
    MNEME_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, ComputeStream()));
    return SynchronizeStream(ComputeStream());
  }
  static auto* pinned = new PinnedBytes;  // never destroyed: tensors may outlive main
  std::lock_guard<std::mutex> lock(pinned->mutex);
  StartCopyToHost(pinned->data, from, bytes);
  SynchronizeStream(ComputeStream());
  std::memcpy(to, pinned->data, bytes);
}

void CopyOnDevice(void* to, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  if (bytes <= kMaxSmallCopyBytes) return SmallCopy(to, from, bytes, SmallCopySource::kDevice);
  MNEME_CUDA_CHECK(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, ComputeStream()));
}

void* AllocatePinned(int64_t bytes) {
  if (bytes == 0) return nullptr;
  void* data;
  MNEME_CUDA_CHECK(cudaMallocHost(&data, bytes));
  return data;
}

void FreePinned(void* data, int64_t) {
  if (data != nullptr) MNEME_CUDA_CHECK(cudaFreeHost(data));
}

void StartCopyToHost(void* pinned, const void* from, int64_t bytes) {
  if (bytes == 0) return;
  if (bytes <= kMaxSmallCopyBytes) return SmallCopy(pinned, from, bytes, SmallCopySource::kDevice);
  MNEME_CUDA_CHECK(cudaMemcpyAsync(pinned, from, bytes, cudaMemcpyDeviceToHost, ComputeStream()));
}

void ZeroMemory(void* data, int64_t bytes) {
  if (bytes == 0) return;
  MNEME_CUDA_CHECK(cudaMemsetAsync(data, 0, bytes, ComputeStream()));
}

}  // namespace mneme::cuda
