#ifndef MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_
#define MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_

#include <cstdint>

namespace mneme::cuda {

constexpr int64_t kMaxSmallCopyBytes = 64 << 10;

// What is copied from: memory that work of the stream writes; or pinned memory that the host has
// written before the call, and no such work writes.
enum class SmallCopySource { kDevice, kWrittenByHost };

// Copies up to so many bytes of the GPU's or pinned memory, in the order of the compute stream, by
// a kernel. Between two kernels that takes two microseconds; to hand work to a copy engine and back
// takes ten. What is to be read stays until the copy is done.
void SmallCopy(void* to, const void* from, int64_t bytes, SmallCopySource source);

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_
