// One optimizer step for a whole model: dense parameters and value tables.

#ifndef MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_
#define MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_

#include <string>

#include "apps/model/language_model.h"
#include "nn/optim/adamw/adamw.h"
#include "nn/optim/step_guard/step_guard.h"
#include "nn/optim_config.h"
#include "runtime/core/tensor.h"

namespace mneme {

class ModelOptimizer {
 public:
  // `model` must outlive the optimizer. For a model in f16 the loss is scaled.
  ModelOptimizer(LanguageModel* model, const OptimConfig& config);

  // f32 []: what gradients have to be multiplied by when they get here.
  const Tensor& loss_scale() const { return guard_.loss_scale(); }

  // Norms before clipping; f32, one element each, on the model's device.
  struct Norms {
    Tensor dense;
    Tensor values;  // of all tables together; undefined without a memory layer
  };

  // Clips the dense gradients by their norm and those of the value tables by theirs, updates the
  // parameters with AdamW and the picked rows with lazy sparse Adam, and drops the gradients. If
  // one of them is NaN or infinite nothing is updated. Does not wait for the device.
  Norms Step(double lr, double value_lr);

  AdamW* adamw() { return &adamw_; }
  StepGuard* guard() { return &guard_; }
  // Of StepGuard::Counts::first_bad: "layers.0.attention.wq.weight".
  std::string NameOfGradient(int64_t index) const;

 private:
  LanguageModel* model_;
  OptimConfig config_;
  AdamW adamw_;
  StepGuard guard_;
};

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_
