// Temporary GPU memory of a kernel launcher. Included by .cu files only.

#ifndef MNEME_RUNTIME_CORE_CUDA_SCRATCH_H_
#define MNEME_RUNTIME_CORE_CUDA_SCRATCH_H_

#include <cstddef>
#include <cstdint>

#include "runtime/core/memory.h"

namespace mneme::cuda {

// Who gets the memory next uses it in the order of the stream, behind the work queued so far.
class Scratch {
 public:
  explicit Scratch(size_t bytes) : bytes_(static_cast<int64_t>(bytes)), data_(Allocate(bytes_)) {
    if (data_ == nullptr && bytes_ > 0) ExitOutOfMemory(bytes_, "scratch space");
  }
  ~Scratch() { Free(data_, bytes_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  int64_t bytes_;
  void* data_;
};

}  // namespace mneme::cuda

#endif  // MNEME_RUNTIME_CORE_CUDA_SCRATCH_H_
