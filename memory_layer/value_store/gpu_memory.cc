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
void TouchPages(const Tensor& mapped) {
  constexpr int64_t kPageBytes = 4096, kChunkBytes = 4 << 20;
  volatile char* data = static_cast<char*>(mapped.raw());
  ParallelFor(mapped.bytes(), kChunkBytes, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; at += kPageBytes) data[at] = 0;
  });
}

absl::Status Refused(absl::string_view verb, int64_t bytes, absl::string_view what,
                     const char* reason) {
  return absl::ResourceExhaustedError(absl::StrCat(
      "cannot ", verb, " ", MemorySizeString(bytes), " of host memory for ", what, ": ", reason,
      ". A smaller table (mem_n_keys, mem_v_dim) needs less, and zero_copy: false none."));
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

absl::StatusOr<Tensor> MapShared(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what) {
  const int64_t bytes = NumElements(shape) * DTypeBytes(dtype);
  if (device.is_cpu() || bytes == 0) return MapZeros(shape, dtype, what);
  if (!MNEME_CALL(device, CanShareManaged)) return MapPinned(shape, dtype, device, what);
  void* data = nullptr;
  const char* refused = MNEME_CALL(device, AllocateManaged, bytes, &data);
  if (refused != nullptr) return Refused("map", bytes, what, refused);
  std::shared_ptr<const void> owner(data, [device](const void* managed) {
    MNEME_CALL(device, FreeManaged, const_cast<void*>(managed));
  });
  return Tensor::Borrow(data, shape, dtype, Device::Cpu(), std::move(owner));
}

Tensor AsSeenBy(Device device, const Tensor& shared) {
  void* data = MNEME_CALL(device, DeviceAddress, shared.raw());
  CHECK(data != nullptr) << device.name() << " cannot read this memory; see MapShared";
  return Tensor::Borrow(data, shared.shape(), shared.dtype(), device,
                        std::make_shared<Tensor>(shared));
}

absl::StatusOr<Tensor> MapPinned(const Shape& shape, DType dtype, Device device,
                                 absl::string_view what) {
  MNEME_ASSIGN_OR_RETURN(const Tensor mapped, MapZeros(shape, dtype, what));
  if (mapped.bytes() == 0) return mapped;
  TouchPages(mapped);
  const char* refused = MNEME_CALL(device, PinMemory, mapped.raw(), mapped.bytes());
  if (refused != nullptr) return Refused("pin", mapped.bytes(), what, refused);
  void* data = mapped.raw();
  // Keeps the mapping until the memory is no longer pinned.
  std::shared_ptr<const void> owner(data, [device, mapped](const void* pinned) {
    MNEME_CALL(device, UnpinMemory, const_cast<void*>(pinned));
  });
  return Tensor::Borrow(data, shape, dtype, Device::Cpu(), std::move(owner));
}

}  // namespace mneme
