// Tensor: a contiguous, row-major array, and nothing else.
//
// Copying a Tensor shares its storage. Reshape and a slice of the leading dimension are views;
// every other change of layout is an op that writes a new tensor. So no kernel knows strides.

#ifndef MNEME_RUNTIME_CORE_TENSOR_H_
#define MNEME_RUNTIME_CORE_TENSOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "glog/logging.h"
#include "runtime/core/device.h"
#include "runtime/core/dtype.h"
#include "runtime/core/float16.h"
#include "runtime/core/storage.h"

namespace mneme {

using Shape = absl::InlinedVector<int64_t, 4>;

// Product of the dimensions; 1 for a scalar's empty shape.
int64_t NumElements(const Shape& shape);

// "[2, 16, 101]".
std::string ShapeString(const Shape& shape);

class Tensor {
 public:
  // An undefined tensor: no storage. Only defined() and assignment may be used on it.
  Tensor() = default;

  // Uninitialised memory. Ends the program, with a sentence, if there is no room.
  static Tensor Empty(const Shape& shape, DType dtype, Device device);
  static Tensor EmptyLike(const Tensor& other);
  static Tensor Zeros(const Shape& shape, DType dtype, Device device);

  // A copy of `values`, on `device`. T: float, bf16, f16, int32_t, int64_t.
  template <typename T>
  static Tensor From(const Shape& shape, const std::vector<T>& values,
                     Device device = Device::Cpu()) {
    CHECK_EQ(NumElements(shape), static_cast<int64_t>(values.size())) << ShapeString(shape);
    Tensor tensor = Empty(shape, DTypeOf<T>::value, device);
    tensor.CopyFromHost(values.data());
    return tensor;
  }

  // A view of memory that `owner` keeps alive, such as a mapped file.
  static Tensor Borrow(void* data, const Shape& shape, DType dtype, Device device,
                       std::shared_ptr<const void> owner);

  bool defined() const { return storage_ != nullptr; }
  const Shape& shape() const { return shape_; }
  int rank() const { return static_cast<int>(shape_.size()); }
  // Negative i counts from the end: dim(-1) is the innermost dimension.
  int64_t dim(int i) const { return shape_[i < 0 ? i + rank() : i]; }
  int64_t numel() const { return numel_; }
  int64_t bytes() const { return numel_ * DTypeBytes(dtype_); }
  // Rows when the tensor is seen as a matrix of its innermost dimension.
  int64_t rows() const;
  DType dtype() const { return dtype_; }
  Device device() const { return storage_->device(); }

  void* raw() const { return static_cast<char*>(storage_->data()) + offset_bytes_; }
  template <typename T>
  T* data() const {
    CHECK(dtype_ == DTypeOf<T>::value) << "tensor holds " << DTypeName(dtype_);
    return static_cast<T*>(raw());
  }

  // Views. One dimension of `shape` may be -1: it takes what is left.
  Tensor Reshape(Shape shape) const;
  Tensor Slice(int64_t begin, int64_t end) const;

  // A copy on `device`, or this tensor itself when it is there already.
  Tensor To(Device device) const;
  Tensor Clone() const;
  // numel() elements of this dtype from, or to, host memory. Copying to it waits until that is
  // done; copying from it does not wait for the device, and `from` may change afterwards.
  void CopyFromHost(const void* from);
  void CopyToHost(void* to) const;
  // The elements of a tensor of this shape and dtype, on the same device.
  void CopyFrom(const Tensor& from);
  template <typename T>
  std::vector<T> ToVector() const {
    CHECK(dtype_ == DTypeOf<T>::value) << "tensor holds " << DTypeName(dtype_);
    std::vector<T> values(numel_);
    CopyToHost(values.data());
    return values;
  }

  // True when nobody else holds the storage, so that writing into it is seen by nobody.
  bool unique() const { return storage_.use_count() == 1; }

 private:
  Shape shape_;
  DType dtype_ = DType::kF32;
  int64_t numel_ = 0;
  int64_t offset_bytes_ = 0;
  std::shared_ptr<Storage> storage_;
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_CORE_TENSOR_H_
