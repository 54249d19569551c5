#include "runtime/kernels/reduce/reduce.h"

#include "runtime/core/dispatch.h"
#include "runtime/kernels/reduce/reduce_kernels.h"

namespace mneme {

Tensor ColumnSum(const Tensor& x) {
  CHECK(IsFloat(x.dtype()) && x.rank() >= 1)
      << "column sum of " << DTypeName(x.dtype()) << " " << ShapeString(x.shape());
  Tensor out = Tensor::Empty({x.dim(-1)}, DType::kF32, x.device());
  MNEME_DISPATCH(x.device(), ColumnSum,
                 ColumnSumArgs{.dtype = x.dtype(),
                               .rows = x.rows(),
                               .columns = x.dim(-1),
                               .x = x.raw(),
                               .out = out.data<float>()});
  return out;
}

void AddSquaredNorm(const Tensor& x, const Tensor& total) {
  CHECK(IsFloat(x.dtype())) << "norm of " << DTypeName(x.dtype());
  CHECK(total.numel() == 1 && total.device() == x.device());
  MNEME_DISPATCH(
      x.device(), AddSquaredNorm,
      SquaredNormArgs{
          .dtype = x.dtype(), .count = x.numel(), .x = x.raw(), .total = total.data<float>()});
}

}  // namespace mneme
