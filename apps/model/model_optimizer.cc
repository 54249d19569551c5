#include "apps/model/model_optimizer.h"

#include <vector>

#include "runtime/core/profiler_range.h"
#include "runtime/kernels/reduce/reduce.h"

namespace mneme {
namespace {

// In the order of the parameters; 0 for those without a gradient.
Tensor SquaredGradientNorms(const ParameterStore& parameters) {
  std::vector<Tensor> gradients;
  for (const auto& parameter : parameters.all()) {
    const Gradient& gradient = *parameter->variable.gradient();
    gradients.push_back(gradient.defined() ? gradient.tensor() : Tensor());
  }
  return SquaredNorms(gradients, parameters.device());
}

Tensor SquaredGradientNorms(const std::vector<ValueStore*>& tables, Device device) {
  const Tensor norms = Tensor::Zeros({static_cast<int64_t>(tables.size())}, DType::kF32, device);
  for (size_t i = 0; i < tables.size(); ++i) {
    tables[i]->AddSquaredGradientNorm(norms.Slice(i, i + 1));
  }
  return norms;
}

}  // namespace

ModelOptimizer::ModelOptimizer(LanguageModel* model, const OptimConfig& config)
    : model_(model),
      config_(config),
      adamw_(&model->parameters(), config),
      guard_(config, model->parameters().dtype() == DType::kF16, model->device()) {}

ModelOptimizer::Norms ModelOptimizer::Step(double lr, double value_lr) {
  const ProfilerRange range("optimizer");
  ParameterStore& parameters = model_->parameters();
  const std::vector<ValueStore*>& tables = model_->tables();
  const StepVerdict verdict = guard_.Judge(SquaredGradientNorms(parameters),
                                           SquaredGradientNorms(tables, model_->device()));
  // The tables first: their gradients are on their way while the parameters are updated.
  for (ValueStore* table : tables) {
    table->Update({.lr = value_lr,
                   .beta1 = config_.beta1,
                   .beta2 = config_.beta2,
                   .epsilon = config_.epsilon,
                   .factors = verdict.values_factors});
  }
  adamw_.Step(lr, verdict.dense_factors);
  parameters.ClearGradients();
  return {verdict.norms.Slice(0, 1), tables.empty() ? Tensor() : verdict.norms.Slice(1, 2)};
}

std::string ModelOptimizer::NameOfGradient(int64_t index) const {
  const auto& parameters = model_->parameters().all();
  const int64_t n_parameters = static_cast<int64_t>(parameters.size());
  if (index < 0) return "the sum of all squares";
  if (index < n_parameters) return parameters[index]->name;
  return model_->tables()[index - n_parameters]->name();
}

}  // namespace mneme
