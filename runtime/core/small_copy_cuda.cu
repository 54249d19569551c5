#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/small_copy_cuda.h"

namespace mneme::cuda {
namespace {

// What the host has written was there before the launch: reading it, over the link, need not wait.
// The next kernel, which may read what was copied at once (see WaitForEarlierWork), begins when all
// has been copied and can be seen.
template <typename Unit, SmallCopySource kSource>
__global__ void CopyKernel(const Unit* from, int count, Unit* to) {
  const int i = static_cast<int>(FirstIndex());
  Unit unit = {};
  if constexpr (kSource == SmallCopySource::kWrittenByHost) {
    if (i < count) unit = __ldcv(from + i);
    WaitForEarlierWork();
  } else {
    WaitForEarlierWork();
    if (i < count) unit = from[i];
  }
  if (i < count) to[i] = unit;
  __threadfence();
}

template <typename Unit>
void CopyAs(void* to, const void* from, int64_t bytes, SmallCopySource source) {
  const int count = static_cast<int>(bytes / static_cast<int64_t>(sizeof(Unit)));
  const auto kernel = source == SmallCopySource::kWrittenByHost
                          ? CopyKernel<Unit, SmallCopySource::kWrittenByHost>
                          : CopyKernel<Unit, SmallCopySource::kDevice>;
  LaunchEarly(kernel, dim3(static_cast<unsigned>(CeilDiv(count, kBlockThreads))), kBlockThreads, 0,
              static_cast<const Unit*>(from), count, static_cast<Unit*>(to));
}

}  // namespace

void SmallCopy(void* to, const void* from, int64_t bytes, SmallCopySource source) {
  const uintptr_t bits = reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from) |
                         static_cast<uintptr_t>(bytes);
  if (bits % sizeof(uint4) == 0) return CopyAs<uint4>(to, from, bytes, source);
  if (bits % sizeof(unsigned) == 0) return CopyAs<unsigned>(to, from, bytes, source);
  if (bits % sizeof(unsigned short) == 0) return CopyAs<unsigned short>(to, from, bytes, source);
  CopyAs<unsigned char>(to, from, bytes, source);
}

}  // namespace mneme::cuda
