#include "runtime/kernels/add/add.h"

#include "runtime/core/dispatch.h"
#include "runtime/kernels/add/add_kernels.h"

namespace mneme {
namespace {

void AddInto(const Tensor& a, const Tensor& b, const Tensor& out) {
  CHECK(a.shape() == b.shape()) << "add " << ShapeString(a.shape()) << " and "
                                << ShapeString(b.shape());
  CHECK(IsFloat(a.dtype()) && a.dtype() == b.dtype())
      << "add " << DTypeName(a.dtype()) << " and " << DTypeName(b.dtype());
  CHECK(a.device() == b.device()) << "add on " << a.device().name() << " and " << b.device().name();
  MNEME_DISPATCH(
      a.device(), Add,
      AddArgs{
          .dtype = a.dtype(), .count = a.numel(), .a = a.raw(), .b = b.raw(), .out = out.raw()});
}

}  // namespace

Tensor Sum(const Tensor& a, const Tensor& b) {
  Tensor out = Tensor::EmptyLike(a);
  AddInto(a, b, out);
  return out;
}

void AddInPlace(const Tensor& sum, const Tensor& x) { AddInto(sum, x, sum); }

}  // namespace mneme
