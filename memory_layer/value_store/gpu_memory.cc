#include "memory_layer/value_store/gpu_memory.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "memory_layer/value_store/memory_check.h"
#include "runtime/core/dispatch.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// The system hands out a page, or a huge page, when it is first written to.
void TouchPages(char* data, int64_t bytes, const BytesDone& touched) {
  constexpr int64_t kPageBytes = 4096, kChunkBytes = 4 << 20;
  ParallelFor(bytes, kChunkBytes, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; at += kPageBytes) {
      const_cast<volatile char*>(data)[at] = 0;
    }
    if (touched) touched(end - begin);
  });
}

}  // namespace

absl::Status CheckFitsOnGpu(int64_t bytes_needed, absl::string_view what) {
  const int64_t free_bytes = MNEME_DISPATCH(Device::Cuda(), FreeBytes);
  if (bytes_needed <= free_bytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(what, " with optimizer state need ", MemorySizeString(bytes_needed),
                   " of GPU memory, and ", MemorySizeString(free_bytes),
                   " are free. zero_copy: true keeps them in host memory; fewer keys (mem_n_keys), "
                   "a smaller mem_v_dim, or mem_share_values need less."));
}

absl::StatusOr<Tensor> MapPinned(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what, const BytesDone& touched) {
  MNEME_ASSIGN_OR_RETURN(const Tensor mapped, MapZeros(shape, dtype, what));
  TouchPages(static_cast<char*>(mapped.raw()), mapped.bytes(), touched);
  return Pin(mapped, device, what);
}

absl::StatusOr<Tensor> Pin(const Tensor& mapped, Device device, absl::string_view what) {
  if (mapped.bytes() == 0) return mapped;
  const char* refused = MNEME_DISPATCH(device, PinMemory, mapped.raw(), mapped.bytes());
  if (refused != nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "cannot pin ", MemorySizeString(mapped.bytes()), " of host memory for ", what, ": ",
        refused,
        ". A smaller table (mem_n_keys, mem_v_dim) needs less, and zero_copy: false none."));
  }
  void* data = mapped.raw();
  // Keeps the mapping until the memory is no longer pinned.
  std::shared_ptr<const void> owner(data, [device, mapped](const void* pinned) {
    MNEME_DISPATCH(device, UnpinMemory, const_cast<void*>(pinned));
  });
  return Tensor::Borrow(data, mapped.shape(), mapped.dtype(), Device::Cpu(), std::move(owner));
}

Tensor AsSeenBy(Device device, const Tensor& pinned) {
  return Tensor::Borrow(MNEME_CALL(device, DeviceAddress, pinned.raw()), pinned.shape(),
                        pinned.dtype(), device, std::make_shared<Tensor>(pinned));
}

}  // namespace mneme
