#include "memory_layer/value_store/mapped_memory.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mneme {

absl::StatusOr<Tensor> MapZeros(const Shape& shape, DType dtype, absl::string_view what) {
  const int64_t bytes = NumElements(shape) * DTypeBytes(dtype);
  if (bytes == 0) return Tensor::Empty(shape, dtype, Device::Cpu());
  // Whether all of it fits is checked by those who know what else is needed: CheckFitsInMemory.
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, /*fd=*/-1, 0);
  if (data == MAP_FAILED) {
    return absl::ResourceExhaustedError(
        absl::StrCat("cannot map ", bytes, " bytes for ", what, ": ", std::strerror(errno),
                     ". A smaller table (mem_n_keys, mem_v_dim) needs less."));
  }
  // Only advice: without huge pages everything works, slower.
  madvise(data, bytes, MADV_HUGEPAGE);
  std::shared_ptr<const void> owner(data, [bytes](const void* mapped) {
    munmap(const_cast<void*>(mapped), static_cast<size_t>(bytes));
  });
  return Tensor::Borrow(data, shape, dtype, Device::Cpu(), std::move(owner));
}

}  // namespace mneme
