#include "apps/model/model_optimizer.h"

#include "nn/optim/clip/clip.h"

namespace mneme {

ModelOptimizer::ModelOptimizer(LanguageModel* model, const OptimConfig& config)
    : model_(model), config_(config), adamw_(&model->parameters(), config) {}

ModelOptimizer::Norms ModelOptimizer::Step(double lr, double value_lr) {
  ParameterStore& parameters = model_->parameters();
  const ClipResult dense = ClipByNorm(SquaredGradientNorm(parameters), config_.clip);
  adamw_.Step(lr, dense.scale);
  parameters.ClearGradients();
  if (model_->tables().empty()) return {dense.norm, Tensor()};

  const Tensor squared_norm = Tensor::Zeros({}, DType::kF32, parameters.device());
  for (ValueStore* table : model_->tables()) table->AddSquaredGradientNorm(squared_norm);
  const ClipResult values = ClipByNorm(squared_norm, config_.clip);
  for (ValueStore* table : model_->tables()) {
    table->Update({.lr = value_lr,
                   .beta1 = config_.beta1,
                   .beta2 = config_.beta2,
                   .epsilon = config_.epsilon,
                   .gradient_scale = values.scale});
  }
  return {dense.norm, values.norm};
}

}  // namespace mneme
