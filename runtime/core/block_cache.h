// Freed blocks of memory, to be handed out again.

#ifndef MNEME_RUNTIME_CORE_BLOCK_CACHE_H_
#define MNEME_RUNTIME_CORE_BLOCK_CACHE_H_

#include <cstdint>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/core/ceil_div.h"

namespace mneme {

class BlockCache {
 public:
  static constexpr int64_t kAlignmentBytes = 64;

  // What to allocate for `bytes`: rounds up so that at most an eighth of a large block is wasted
  // and near sizes share a free list.
  static int64_t SizeClass(int64_t bytes) {
    if (bytes <= kAlignmentBytes * 8) return RoundUp(bytes, kAlignmentBytes);
    const int64_t step = int64_t{1} << (63 - __builtin_clzll(bytes) - 3);
    return RoundUp(bytes, step);
  }

  // A block of this class, the one that was put here last; null if there is none.
  void* Take(int64_t size_class) {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<void*>& blocks = free_blocks_[size_class];
    if (blocks.empty()) return nullptr;
    void* block = blocks.back();
    blocks.pop_back();
    return block;
  }

  // All blocks, which are the caller's from now on.
  std::vector<void*> TakeAll() {
    std::lock_guard<std::mutex> lock(mutex_);
    std::vector<void*> all;
    for (auto& [size_class, blocks] : free_blocks_) {
      all.insert(all.end(), blocks.begin(), blocks.end());
      blocks.clear();
    }
    return all;
  }

  void Put(void* block, int64_t size_class) {
    std::lock_guard<std::mutex> lock(mutex_);
    free_blocks_[size_class].push_back(block);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<int64_t, std::vector<void*>> free_blocks_;  // by size class
};

// Bytes handed out, now and at most so far.
class ByteCount {
 public:
  void Add(int64_t bytes) {
    std::lock_guard<std::mutex> lock(mutex_);
    in_use_ += bytes;
    peak_ = in_use_ > peak_ ? in_use_ : peak_;
  }
  int64_t in_use() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return in_use_;
  }
  int64_t peak() const {
    std::lock_guard<std::mutex> lock(mutex_);
    return peak_;
  }

 private:
  mutable std::mutex mutex_;
  int64_t in_use_ = 0;
  int64_t peak_ = 0;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_BLOCK_CACHE_H_
