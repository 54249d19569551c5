// One optimizer step for a whole model: dense parameters and value tables.

#ifndef MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_
#define MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_

#include "apps/model/language_model.h"
#include "nn/optim/adamw/adamw.h"
#include "nn/optim_config.h"
#include "runtime/core/tensor.h"

namespace mneme {

class ModelOptimizer {
 public:
  // `model` must outlive the optimizer.
  ModelOptimizer(LanguageModel* model, const OptimConfig& config);

  // Norms before clipping; f32, one element each, on the model's device.
  struct Norms {
    Tensor dense;
    Tensor values;  // of all tables together; undefined without a memory layer
  };

  // Clips the dense gradients by their norm and those of the value tables by theirs, updates the
  // parameters with AdamW and the picked rows with lazy sparse Adam, and drops the gradients.
  Norms Step(double lr, double value_lr);

  AdamW* adamw() { return &adamw_; }

 private:
  LanguageModel* model_;
  OptimConfig config_;
  AdamW adamw_;
};

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_MODEL_OPTIMIZER_H_
