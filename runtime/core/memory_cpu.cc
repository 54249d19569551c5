#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include "glog/logging.h"
#include "runtime/core/block_cache.h"
#include "runtime/core/memory.h"

namespace mneme::cpu {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kReuseBlocks = false;  // a block handed out again would hide a use after free
#else
constexpr bool kReuseBlocks = true;
#endif

BlockCache& Cache() {
  static auto* cache = new BlockCache;  // never destroyed: tensors may outlive main
  return *cache;
}

ByteCount& Count() {
  static auto* count = new ByteCount;
  return *count;
}

constexpr std::align_val_t kAlignment{BlockCache::kAlignmentBytes};

}  // namespace

void* Allocate(int64_t bytes) {
  CHECK_GE(bytes, 0);
  if (bytes == 0) return nullptr;
  const int64_t size = BlockCache::SizeClass(bytes);
  void* data = Cache().Take(size);
  if (data == nullptr) data = ::operator new(size, kAlignment, std::nothrow);
  if (data != nullptr) Count().Add(size);
  return data;
}

void Free(void* data, int64_t bytes) {
  if (data == nullptr) return;
  const int64_t size = BlockCache::SizeClass(bytes);
  Count().Add(-size);
  if (kReuseBlocks) {
    Cache().Put(data, size);
  } else {
    ::operator delete(data, kAlignment);
  }
}

int64_t BytesInUse() { return Count().in_use(); }
int64_t PeakBytesInUse() { return Count().peak(); }

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

void* AllocatePinned(int64_t bytes) {
  void* data = Allocate(bytes);
  if (data == nullptr && bytes > 0) ExitOutOfMemory(bytes, "a copy to the host");
  return data;
}

void FreePinned(void* data, int64_t bytes) { Free(data, bytes); }

void StartCopyToHost(void* pinned, const void* from, int64_t bytes) {
  CopyToDevice(pinned, from, bytes);
}

}  // namespace mneme::cpu
