#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <unordered_map>
#include <vector>

#include "glog/logging.h"
#include "runtime/core/memory.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kAlignmentBytes = 64;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kReuseBlocks = false;  // a block handed out again would hide a use after free
#else
constexpr bool kReuseBlocks = true;
#endif

// Rounds up so that at most an eighth of a block is wasted and near sizes share a free list.
int64_t SizeClass(int64_t bytes) {
  if (bytes <= kAlignmentBytes * 8) {
    return (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  }
  const int64_t step = int64_t{1} << (63 - __builtin_clzll(bytes) - 3);
  return (bytes + step - 1) / step * step;
}

struct BlockCache {
  std::mutex mutex;
  std::unordered_map<int64_t, std::vector<void*>> free_blocks;  // by size class
  int64_t bytes_in_use = 0;
  int64_t peak_bytes = 0;
};

BlockCache& Cache() {
  static auto* cache = new BlockCache;  // never destroyed: tensors may outlive main
  return *cache;
}

}  // namespace

void* Allocate(int64_t bytes) {
  CHECK_GE(bytes, 0);
  if (bytes == 0) return nullptr;
  const int64_t size = SizeClass(bytes);
  BlockCache& cache = Cache();
  std::lock_guard<std::mutex> lock(cache.mutex);
  std::vector<void*>& blocks = cache.free_blocks[size];
  void* data = nullptr;
  if (!blocks.empty()) {
    data = blocks.back();
    blocks.pop_back();
  } else {
    data = ::operator new(size, std::align_val_t(kAlignmentBytes), std::nothrow);
    if (data == nullptr) return nullptr;
  }
  cache.bytes_in_use += size;
  cache.peak_bytes = std::max(cache.peak_bytes, cache.bytes_in_use);
  return data;
}

void Free(void* data, int64_t bytes) {
  if (data == nullptr) return;
  const int64_t size = SizeClass(bytes);
  BlockCache& cache = Cache();
  {
    std::lock_guard<std::mutex> lock(cache.mutex);
    cache.bytes_in_use -= size;
    if (kReuseBlocks) {
      cache.free_blocks[size].push_back(data);
      return;
    }
  }
  ::operator delete(data, std::align_val_t(kAlignmentBytes));
}

int64_t BytesInUse() {
  BlockCache& cache = Cache();
  std::lock_guard<std::mutex> lock(cache.mutex);
  return cache.bytes_in_use;
}

int64_t PeakBytesInUse() {
  BlockCache& cache = Cache();
  std::lock_guard<std::mutex> lock(cache.mutex);
  return cache.peak_bytes;
}

void ExitOutOfMemory(int64_t bytes, const char* what) {
  std::fprintf(stderr,
               "out of memory: no room for %s, %lld MiB; tensors hold %lld MiB. Lower "
               "data.batch_size (grad_acc_steps makes up for it), data.seq_len, model.dim or "
               "model.n_layers.\n",
               what, static_cast<long long>(bytes >> 20),
               static_cast<long long>(BytesInUse() >> 20));
  std::_Exit(1);
}

void CopyToDevice(void* to, const void* from, int64_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

void CopyToHost(void* to, const void* from, int64_t bytes) { CopyToDevice(to, from, bytes); }

void CopyOnDevice(void* to, const void* from, int64_t bytes) { CopyToDevice(to, from, bytes); }

void ZeroMemory(void* data, int64_t bytes) {
  if (bytes > 0) std::memset(data, 0, bytes);
}

}  // namespace mneme::cpu
