#include "nn/optim/adamw/adamw.h"

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

void AdamW::Step(double lr, const Tensor& factors) {
  CHECK_EQ(moments_.size(), parameters_->all().size()) << "parameters were created after AdamW";
  CHECK_EQ(factors.numel(), kAdamFactors);
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
                       .exp_avg_sq = moments_[i].exp_avg_sq.data<float>(),
                       .copy = parameter.variable.value().raw()});
  }
  MNEME_DISPATCH(parameters_->device(), AdamW,
                 AdamWArgs{.tensors = tensors.data(),
                           .n_tensors = static_cast<int64_t>(tensors.size()),
                           .copy_dtype = parameters_->dtype(),
                           .factors = reinterpret_cast<AdamFactors*>(factors.data<float>()),
                           .lr = static_cast<float>(lr),
                           .decay = static_cast<float>(1.0 - lr * config_.weight_decay),
                           .beta1 = static_cast<float>(config_.beta1),
                           .beta2 = static_cast<float>(config_.beta2),
                           .epsilon = static_cast<float>(config_.epsilon)});
}

}  // namespace mneme
