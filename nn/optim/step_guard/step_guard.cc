#include "nn/optim/step_guard/step_guard.h"

#include <cmath>
#include <vector>

#include "nn/optim/step_guard/step_guard_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

constexpr float kFirstLossScale = 65536.0f;

static_assert(sizeof(GuardCounts) == kGuardCounts * sizeof(int64_t));
static_assert(sizeof(AdamFactors) == kAdamFactors * sizeof(float));

AdamFactors* FactorsOf(const Tensor& tensor) {
  return reinterpret_cast<AdamFactors*>(tensor.data<float>());
}

}  // namespace

StepGuard::StepGuard(const OptimConfig& optim, bool scales_loss, Device device)
    : optim_(optim),
      scales_loss_(scales_loss),
      counts_(Tensor::Empty({kGuardCounts}, DType::kI64, device)),
      loss_scale_(Tensor::Empty({}, DType::kF32, device)) {
  Counts counts;
  counts.loss_scale = scales_loss ? kFirstLossScale : 1.0f;
  Restore(counts);
}

StepVerdict StepGuard::Judge(const Tensor& dense, const Tensor& values) {
  const Device device = loss_scale_.device();
  const StepVerdict verdict = {Tensor::Empty({2}, DType::kF32, device),
                               Tensor::Empty({kAdamFactors}, DType::kF32, device),
                               Tensor::Empty({kAdamFactors}, DType::kF32, device)};
  MNEME_DISPATCH(device, Judge,
                 JudgeArgs{.beta1 = optim_.beta1,
                           .beta2 = optim_.beta2,
                           .max_norm = static_cast<float>(optim_.clip),
                           .scales_loss = scales_loss_,
                           .n_dense = dense.numel(),
                           .n_values = values.numel(),
                           .dense = dense.data<float>(),
                           .values = values.data<float>(),
                           .counts = reinterpret_cast<GuardCounts*>(counts_.data<int64_t>()),
                           .loss_scale = loss_scale_.data<float>(),
                           .norms = verdict.norms.data<float>(),
                           .dense_factors = FactorsOf(verdict.dense_factors),
                           .values_factors = FactorsOf(verdict.values_factors)});
  return verdict;
}

StepGuard::Counts StepGuard::Read() const {
  const std::vector<int64_t> counts = counts_.ToVector<int64_t>();
  return {.updates = counts[0],
          .skipped = counts[1],
          .skipped_in_a_row = counts[2],
          .good_in_a_row = counts[3],
          .first_bad = counts[4],
          .loss_scale = loss_scale_.ToVector<float>()[0]};
}

void StepGuard::Restore(const Counts& counts) {
  const int64_t values[kGuardCounts] = {counts.updates, counts.skipped, counts.skipped_in_a_row,
                                        counts.good_in_a_row, counts.first_bad};
  counts_.CopyFromHost(values);
  loss_scale_.CopyFromHost(&counts.loss_scale);
}

Tensor MakeAdamFactors(double gradient_scale, double beta1, double beta2, int64_t updates,
                       Device device) {
  const double t = static_cast<double>(updates);
  return Tensor::From<float>(
      {kAdamFactors},
      {static_cast<float>(gradient_scale), static_cast<float>(1.0 / (1.0 - std::pow(beta1, t))),
       static_cast<float>(1.0 / std::sqrt(1.0 - std::pow(beta2, t))), static_cast<float>(updates)},
      device);
}

}  // namespace mneme
