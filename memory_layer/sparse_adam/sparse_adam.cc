#include "memory_layer/sparse_adam/sparse_adam.h"

#include "memory_layer/sparse_adam/sparse_adam_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {

void SparseAdam(const SparseAdamArgs& args, const RowGradients& touched, const AdamTable& table) {
  const Tensor &gradients = touched.gradients, &values = table.values;
  CHECK(values.rank() == 2 && gradients.rank() == 2 && gradients.dim(1) == values.dim(1) &&
        gradients.dim(0) == touched.rows.numel())
      << "sparse Adam of " << ShapeString(values.shape()) << " with " << touched.rows.numel()
      << " rows and gradients " << ShapeString(gradients.shape());
  CHECK(table.exp_avg.shape() == values.shape() && table.exp_avg_sq.shape() == values.shape());
  CHECK(gradients.dtype() == DType::kF32 || gradients.dtype() == DType::kBF16);
  CHECK(values.dtype() == DType::kF32 ||
        (values.dtype() == DType::kBF16 && values.device().is_cpu() && !table.rounded.defined()));
  if (table.rounded.defined()) CHECK(table.rounded.shape() == values.shape());
  CHECK_EQ(args.factors.numel(), kAdamFactors);
  MNEME_DISPATCH(values.device(), SparseAdam,
                 SparseAdamKernelArgs{
                     .dim = values.dim(1),
                     .max_rows = touched.rows.numel(),
                     .rows = touched.rows.data<int64_t>(),
                     .count = touched.count.data<int64_t>(),
                     .gradients_dtype = gradients.dtype(),
                     .gradients = gradients.raw(),
                     .factors = reinterpret_cast<const AdamFactors*>(args.factors.data<float>()),
                     .values_dtype = values.dtype(),
                     .values = values.raw(),
                     .exp_avg = table.exp_avg.data<float>(),
                     .exp_avg_sq = table.exp_avg_sq.data<float>(),
                     .rounded = table.rounded.defined() ? table.rounded.data<bf16>() : nullptr,
                     .rounding_key = table.rounding_key,
                     .lr = static_cast<float>(args.lr),
                     .beta1 = static_cast<float>(args.beta1),
                     .beta2 = static_cast<float>(args.beta2),
                     .epsilon = static_cast<float>(args.epsilon)});
}

}  // namespace mneme
