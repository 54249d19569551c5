// A small copy to the host that is waited for later.

#ifndef MNEME_RUNTIME_CORE_DOWNLOAD_H_
#define MNEME_RUNTIME_CORE_DOWNLOAD_H_

#include <cstdint>
#include <vector>

#include "runtime/core/stream.h"
#include "runtime/core/tensor.h"

namespace mneme {

class Download {
 public:
  // capacity_bytes: of one copy, at most.
  Download(Device device, int64_t capacity_bytes);
  ~Download();
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;

  // Puts the copy into the compute stream: work that comes behind it may overwrite the tensor.
  // What was started before must have been waited for.
  void Start(const Tensor& from);

  // What Start copied. Waits for that, and for no later work.
  template <typename T>
  std::vector<T> Wait() {
    CHECK_EQ(bytes_ % static_cast<int64_t>(sizeof(T)), 0);
    copied_.Synchronize();
    const T* values = static_cast<const T*>(host_);
    return {values, values + bytes_ / static_cast<int64_t>(sizeof(T))};
  }

 private:
  const Device device_;
  const int64_t capacity_bytes_;
  void* host_;
  Event copied_;
  int64_t bytes_ = 0;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_DOWNLOAD_H_
