#include "memory_layer/sparse_adam/sparse_adam.h"

#include <cmath>

#include "memory_layer/sparse_adam/sparse_adam_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {

void SparseAdam(const SparseAdamArgs& args, int64_t step, const RowGradients& touched,
                const AdamTable& table) {
  const Tensor& gradients = touched.gradients;
  CHECK(table.values.rank() == 2 && gradients.rank() == 2 &&
        gradients.dim(1) == table.values.dim(1) && gradients.dim(0) == touched.rows.numel())
      << "sparse Adam of " << ShapeString(table.values.shape()) << " with " << touched.rows.numel()
      << " rows and gradients " << ShapeString(gradients.shape());
  CHECK(table.exp_avg.shape() == table.values.shape() &&
        table.exp_avg_sq.shape() == table.values.shape());
  CHECK(gradients.dtype() == DType::kF32 || gradients.dtype() == DType::kBF16);
  if (table.rounded.defined()) CHECK(table.rounded.shape() == table.values.shape());
  CHECK_GT(step, 0);
  const double t = static_cast<double>(step);
  MNEME_DISPATCH(
      table.values.device(), SparseAdam,
      SparseAdamKernelArgs{
          .dim = table.values.dim(1),
          .max_rows = touched.rows.numel(),
          .rows = touched.rows.data<int64_t>(),
          .count = touched.count.data<int64_t>(),
          .gradients_dtype = gradients.dtype(),
          .gradients = gradients.raw(),
          .gradient_scale =
              args.gradient_scale.defined() ? args.gradient_scale.data<float>() : nullptr,
          .values = table.values.data<float>(),
          .exp_avg = table.exp_avg.data<float>(),
          .exp_avg_sq = table.exp_avg_sq.data<float>(),
          .rounded = table.rounded.defined() ? table.rounded.data<bf16>() : nullptr,
          .beta1 = static_cast<float>(args.beta1),
          .beta2 = static_cast<float>(args.beta2),
          .epsilon = static_cast<float>(args.epsilon),
          .step_size = static_cast<float>(args.lr / (1.0 - std::pow(args.beta1, t))),
          .inv_sqrt_correction =
              static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(args.beta2, t)))});
}

}  // namespace mneme
