#include "nn/optim/adamw/adamw.h"

#include <cmath>

#include "nn/optim/adamw/adamw_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {

AdamW::AdamW(ParameterStore* parameters, const OptimConfig& config)
    : parameters_(parameters), config_(config) {
  for (const auto& parameter : parameters->all()) {
    const Shape& shape = parameter->master.shape();
    moments_.push_back({Tensor::Zeros(shape, DType::kF32, parameters->device()),
                        Tensor::Zeros(shape, DType::kF32, parameters->device())});
  }
}

void AdamW::Step(double lr, const Tensor& gradient_scale) {
  CHECK_EQ(moments_.size(), parameters_->all().size()) << "parameters were created after AdamW";
  ++step_count_;
  std::vector<AdamWTensor> tensors;
  for (size_t i = 0; i < moments_.size(); ++i) {
    const Parameter& parameter = *parameters_->all()[i];
    const Gradient& gradient = *parameter.variable.gradient();
    if (!gradient.defined()) continue;
    CHECK(gradient.tensor().numel() == parameter.master.numel()) << parameter.name;
    tensors.push_back({.count = parameter.master.numel(),
                       .weight = parameter.master.data<float>(),
                       .gradient = gradient.tensor().data<float>(),
                       .exp_avg = moments_[i].exp_avg.data<float>(),
                       .exp_avg_sq = moments_[i].exp_avg_sq.data<float>()});
  }
  const double t = static_cast<double>(step_count_);
  MNEME_DISPATCH(parameters_->device(), AdamW,
                 AdamWArgs{.tensors = tensors.data(),
                           .n_tensors = static_cast<int64_t>(tensors.size()),
                           .gradient_scale = gradient_scale.data<float>(),
                           .decay = static_cast<float>(1.0 - lr * config_.weight_decay),
                           .beta1 = static_cast<float>(config_.beta1),
                           .beta2 = static_cast<float>(config_.beta2),
                           .epsilon = static_cast<float>(config_.epsilon),
                           .step_size = static_cast<float>(lr / (1.0 - std::pow(config_.beta1, t))),
                           .inv_sqrt_correction = static_cast<float>(
                               1.0 / std::sqrt(1.0 - std::pow(config_.beta2, t)))});
  parameters_->RefreshCopies();
}

}  // namespace mneme
