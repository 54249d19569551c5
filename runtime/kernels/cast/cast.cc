#include "runtime/kernels/cast/cast.h"

#include "runtime/core/dispatch.h"
#include "runtime/kernels/cast/cast_kernels.h"

namespace mneme {

Tensor Cast(const Tensor& x, DType dtype) {
  if (x.dtype() == dtype) return x;
  Tensor out = Tensor::Empty(x.shape(), dtype, x.device());
  CastInto(x, out);
  return out;
}

void CastInto(const Tensor& x, const Tensor& out) {
  CHECK(IsFloat(x.dtype()) && IsFloat(out.dtype()))
      << "cast of " << DTypeName(x.dtype()) << " to " << DTypeName(out.dtype());
  CHECK(x.shape() == out.shape()) << "cast of " << ShapeString(x.shape()) << " into "
                                  << ShapeString(out.shape());
  MNEME_DISPATCH(x.device(), Cast,
                 CastArgs{.count = x.numel(),
                          .from_dtype = x.dtype(),
                          .to_dtype = out.dtype(),
                          .from = x.raw(),
                          .to = out.raw()});
}

}  // namespace mneme
