#include "runtime/core/storage.h"

#include <utility>

#include "runtime/core/dispatch.h"
#include "runtime/core/memory.h"

namespace mneme {

Storage::Storage(void* data, int64_t bytes, Device device, std::shared_ptr<const void> owner)
    : data_(data),
      bytes_(bytes),
      device_(device),
      borrowed_(owner != nullptr),
      owner_(std::move(owner)) {}

std::shared_ptr<Storage> Storage::Allocate(int64_t bytes, Device device) {
  void* data = MNEME_CALL(device, Allocate, bytes);
  if (data == nullptr && bytes > 0) return nullptr;
  return std::shared_ptr<Storage>(new Storage(data, bytes, device, nullptr));
}

std::shared_ptr<Storage> Storage::Borrow(void* data, int64_t bytes, Device device,
                                         std::shared_ptr<const void> owner) {
  return std::shared_ptr<Storage>(new Storage(data, bytes, device, std::move(owner)));
}

Storage::~Storage() {
  if (!borrowed_) MNEME_CALL(device_, Free, data_, bytes_);
}

}  // namespace mneme
