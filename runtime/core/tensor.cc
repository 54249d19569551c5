#include "runtime/core/tensor.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "runtime/core/dispatch.h"
#include "runtime/core/memory.h"

namespace mneme {
int64_t NumElements(const Shape& shape) {
  int64_t count = 1;
  for (int64_t d : shape) {
    CHECK_GE(d, 0) << ShapeString(shape);
    CHECK(!__builtin_mul_overflow(count, d, &count)) << ShapeString(shape);
  }
  return count;
}

std::string ShapeString(const Shape& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ", "), "]");
}

Tensor Tensor::Empty(const Shape& shape, DType dtype, Device device) {
  Tensor tensor;
  tensor.shape_ = shape;
  tensor.dtype_ = dtype;
  tensor.numel_ = NumElements(shape);
  tensor.storage_ = Storage::Allocate(tensor.bytes(), device);
  if (!tensor.defined()) {
    const std::string what = absl::StrCat("a tensor ", DTypeName(dtype), " ", ShapeString(shape));
    MNEME_CALL(device, ExitOutOfMemory, tensor.bytes(), what.c_str());
  }
  return tensor;
}

Tensor Tensor::EmptyLike(const Tensor& other) {
  return Empty(other.shape(), other.dtype(), other.device());
}

Tensor Tensor::Zeros(const Shape& shape, DType dtype, Device device) {
  Tensor tensor = Empty(shape, dtype, device);
  MNEME_DISPATCH(device, ZeroMemory, tensor.raw(), tensor.bytes());
  return tensor;
}

Tensor Tensor::Borrow(void* data, const Shape& shape, DType dtype, Device device,
                      std::shared_ptr<const void> owner) {
  Tensor tensor;
  tensor.shape_ = shape;
  tensor.dtype_ = dtype;
  tensor.numel_ = NumElements(shape);
  tensor.storage_ = Storage::Borrow(data, tensor.bytes(), device, std::move(owner));
  return tensor;
}

int64_t Tensor::rows() const {
  CHECK_GE(rank(), 1);
  return NumElements(Shape(shape_.begin(), shape_.end() - 1));
}

Tensor Tensor::Reshape(Shape shape) const {
  int64_t known = 1;
  int64_t* inferred = nullptr;
  for (int64_t& d : shape) {
    if (d == -1) {
      CHECK(inferred == nullptr) << "two inferred dimensions in " << ShapeString(shape);
      inferred = &d;
    } else {
      known *= d;
    }
  }
  if (inferred != nullptr) *inferred = known == 0 ? 0 : numel_ / known;
  CHECK_EQ(NumElements(shape), numel_) << ShapeString(shape_) << " as " << ShapeString(shape);
  Tensor view = *this;
  view.shape_ = std::move(shape);
  return view;
}

Tensor Tensor::Slice(int64_t begin, int64_t end) const {
  CHECK(rank() > 0 && 0 <= begin && begin <= end && end <= dim(0))
      << "slice " << begin << ".." << end << " of " << ShapeString(shape_);
  const int64_t row_elements = dim(0) == 0 ? 0 : numel_ / dim(0);
  Tensor view = *this;
  view.shape_[0] = end - begin;
  view.numel_ = (end - begin) * row_elements;
  view.offset_bytes_ += begin * row_elements * DTypeBytes(dtype_);
  return view;
}

Tensor Tensor::To(Device target) const {
  if (target == device()) return *this;
  Tensor copy = Empty(shape_, dtype_, target);
  if (target.is_cpu()) {
    CopyToHost(copy.raw());
  } else {
    copy.CopyFromHost(raw());
  }
  return copy;
}

Tensor Tensor::Clone() const {
  Tensor copy = EmptyLike(*this);
  copy.CopyFrom(*this);
  return copy;
}

void Tensor::CopyFrom(const Tensor& from) {
  CHECK(from.shape() == shape() && from.dtype() == dtype() && from.device() == device())
      << "copy of " << DTypeName(from.dtype()) << " " << ShapeString(from.shape()) << " to "
      << DTypeName(dtype()) << " " << ShapeString(shape());
  MNEME_DISPATCH(device(), CopyOnDevice, raw(), from.raw(), bytes());
}

void Tensor::CopyFromHost(const void* from) {
  MNEME_DISPATCH(device(), CopyToDevice, raw(), from, bytes());
}

void Tensor::CopyToHost(void* to) const {
  MNEME_DISPATCH(device(), CopyToHost, to, raw(), bytes());
}

}  // namespace mneme
