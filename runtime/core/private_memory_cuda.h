// GPU memory that no other work is given while its owner lives.

#ifndef MNEME_RUNTIME_CORE_PRIVATE_MEMORY_CUDA_H_
#define MNEME_RUNTIME_CORE_PRIVATE_MEMORY_CUDA_H_

#include <memory>

#include "runtime/core/block_cache.h"

namespace mneme::cuda {

// While it lives, this thread's Allocate takes blocks from `cache`, or new ones that come to belong
// to it. Whenever and by whomever such a block is freed, it goes back to `cache`, until that is
// released.
class PrivateMemory {
 public:
  explicit PrivateMemory(std::shared_ptr<BlockCache> cache);
  ~PrivateMemory();
  PrivateMemory(const PrivateMemory&) = delete;
  PrivateMemory& operator=(const PrivateMemory&) = delete;
};

// Frees the blocks of `cache`; those in use, when they are freed.
void ReleasePrivateMemory(const std::shared_ptr<BlockCache>& cache);

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_PRIVATE_MEMORY_CUDA_H_
