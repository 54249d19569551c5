#include "runtime/kernels/argmax/argmax.h"

#include "runtime/core/dispatch.h"
#include "runtime/kernels/argmax/argmax_kernels.h"

namespace mneme {

Tensor ArgMax(const Tensor& x) {
  CHECK(IsFloat(x.dtype()) && x.rank() >= 1 && x.dim(-1) >= 1 && x.dim(-1) <= 1 << 24)
      << "argmax of " << DTypeName(x.dtype()) << " " << ShapeString(x.shape());
  const Tensor out =
      Tensor::Empty(Shape(x.shape().begin(), x.shape().end() - 1), DType::kI32, x.device());
  MNEME_DISPATCH(x.device(), ArgMax,
                 ArgMaxArgs{.dtype = x.dtype(),
                            .rows = x.rows(),
                            .columns = x.dim(-1),
                            .x = x.raw(),
                            .out = out.data<int32_t>()});
  return out;
}

}  // namespace mneme
