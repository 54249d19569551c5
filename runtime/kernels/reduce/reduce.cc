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

Tensor SquaredNorms(const std::vector<Tensor>& xs, Device device) {
  std::vector<NormTensor> tensors;
  for (const Tensor& x : xs) {
    if (x.defined()) CHECK(x.device() == device);
    tensors.push_back({x.defined() ? x.numel() : 0, x.defined() ? x.data<float>() : nullptr});
  }
  const int64_t count = static_cast<int64_t>(xs.size());
  Tensor out = Tensor::Empty({count}, DType::kF32, device);
  MNEME_DISPATCH(
      device, SquaredNorms,
      SquaredNormsArgs{.n_tensors = count, .tensors = tensors.data(), .out = out.data<float>()});
  return out;
}

}  // namespace mneme
