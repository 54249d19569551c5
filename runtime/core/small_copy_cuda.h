#ifndef MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_
#define MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_

#include <cstdint>

namespace mneme::cuda {

constexpr int64_t kMaxSmallCopyBytes = 64 << 10;

// Copies up to so many bytes of the GPU's memory or of pinned memory, in the order of the compute
// stream, by a kernel. Between two kernels that takes two microseconds; to hand work to a copy
// engine and back takes ten.
enum class SmallCopySource { kDevice, kHost };
void SmallCopy(void* to, const void* from, int64_t bytes, SmallCopySource source);

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_SMALL_COPY_CUDA_H_
