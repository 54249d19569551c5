// What a run does about gradients that are NaN or infinite.

#ifndef MNEME_APPS_TRAIN_CHECK_GRADIENTS_H_
#define MNEME_APPS_TRAIN_CHECK_GRADIENTS_H_

#include "absl/status/status.h"
#include "apps/config/train_config.h"
#include "apps/progress/screen.h"
#include "apps/train/trainer.h"

namespace mneme {

// Brings `counts`, which were read earlier, up to date, for which it waits for the device, and
// tells `screen` of steps that have been skipped since. An error if kMaxSkippedInARow were.
absl::Status CheckGradients(const TrainConfig& config, Trainer* trainer, Screen* screen,
                            StepGuard::Counts* counts);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_CHECK_GRADIENTS_H_
