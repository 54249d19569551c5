// Bytes on one device, shared by the tensors that view them.

#ifndef MNEME_RUNTIME_CORE_STORAGE_H_
#define MNEME_RUNTIME_CORE_STORAGE_H_

#include <cstdint>
#include <memory>

#include "runtime/core/device.h"

namespace mneme {

class Storage {
 public:
  // Uninitialised memory, freed with the last owner. Null if there is no room.
  static std::shared_ptr<Storage> Allocate(int64_t bytes, Device device);

  // Memory that somebody else allocated; `owner` is kept as long as the storage lives.
  static std::shared_ptr<Storage> Borrow(void* data, int64_t bytes, Device device,
                                         std::shared_ptr<const void> owner);

  ~Storage();
  Storage(const Storage&) = delete;
  Storage& operator=(const Storage&) = delete;

  void* data() const { return data_; }
  int64_t bytes() const { return bytes_; }
  Device device() const { return device_; }

 private:
  Storage(void* data, int64_t bytes, Device device, std::shared_ptr<const void> owner);

  void* data_;
  int64_t bytes_;
  Device device_;
  bool borrowed_;
  std::shared_ptr<const void> owner_;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_STORAGE_H_
