#include "memory_layer/gather/row_passes.h"

#include "memory_layer/gather/gather_kernels.h"
#include "memory_layer/kernel_input.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {

Tensor WeightedSum(const PickPlan& plan, const StagedRows& staged, const Tensor& weights,
                   DType out_dtype, const Tensor& gate) {
  const Device device = weights.device();
  const Tensor rows = KernelInput(staged.rows);
  const Tensor kernel_gate = gate.defined() ? KernelInput(gate) : gate;
  const int64_t dim = rows.dim(1);
  const Tensor out =
      Tensor::Empty({plan.tokens(), dim}, KernelDType(device, out_dtype), device);  // [T, dim]
  MNEME_DISPATCH(device, WeightedSum,
                 WeightedSumArgs{.rows_dtype = rows.dtype(),
                                 .out_dtype = out.dtype(),
                                 .tokens = plan.tokens(),
                                 .picks = plan.picks_per_token(),
                                 .dim = dim,
                                 .rows = rows.raw(),
                                 .index = staged.index.data<int64_t>(),
                                 .weights = weights.data<float>(),
                                 .gate = gate.defined() ? kernel_gate.raw() : nullptr,
                                 .out = out.raw()});
  return Cast(out, out_dtype);
}

Tensor PickDot(const PickPlan& plan, const StagedRows& staged, const Tensor& x) {
  const Tensor rows = KernelInput(staged.rows), input = KernelInput(x);
  const Tensor out =
      Tensor::Empty({plan.tokens(), plan.picks_per_token()}, DType::kF32, x.device());  // [T, P]
  MNEME_DISPATCH(x.device(), PickDot,
                 PickDotArgs{.rows_dtype = rows.dtype(),
                             .x_dtype = input.dtype(),
                             .tokens = plan.tokens(),
                             .picks = plan.picks_per_token(),
                             .dim = rows.dim(1),
                             .rows = rows.raw(),
                             .index = staged.index.data<int64_t>(),
                             .x = input.raw(),
                             .out = out.data<float>()});
  return out;
}

Tensor SumByRow(const PickPlan& plan, const Tensor& weights, const Tensor& x) {
  const SortedPicks& sorted = plan.sorted();
  const Tensor input = KernelInput(x);
  const Tensor out = Tensor::Empty({sorted.max_unique, x.dim(-1)}, DType::kF32, x.device());
  MNEME_DISPATCH(x.device(), SumByRow,
                 SumByRowArgs{.x_dtype = input.dtype(),
                              .count = plan.rows().numel(),
                              .picks = plan.picks_per_token(),
                              .dim = x.dim(-1),
                              .max_unique = sorted.max_unique,
                              .unique_count = sorted.unique_count.data<int64_t>(),
                              .offsets = sorted.offsets.data<int64_t>(),
                              .order = sorted.order.data<int64_t>(),
                              .inverse = sorted.inverse.data<int64_t>(),
                              .weights = weights.data<float>(),
                              .x = input.raw(),
                              .out = out.data<float>()});
  return out;
}

}  // namespace mneme
