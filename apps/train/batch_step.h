// What a training step does with one batch.

#ifndef MNEME_APPS_TRAIN_BATCH_STEP_H_
#define MNEME_APPS_TRAIN_BATCH_STEP_H_

#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "data/loader/batch.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Forward and backward: adds the gradients of `share` times the batch's mean loss, scaled as the
// optimizer wants them. Returns that loss; f32, one element, on the model's device, which is not
// waited for.
Tensor AccumulateGradients(LanguageModel* model, const ModelOptimizer& optimizer,
                           const Batch& batch, float share);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_BATCH_STEP_H_
