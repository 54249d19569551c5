// What no single key of a training configuration can tell: whether the keys agree.

#ifndef MNEME_APPS_CONFIG_VALIDATE_H_
#define MNEME_APPS_CONFIG_VALIDATE_H_

#include "absl/status/status.h"
#include "apps/config/train_config.h"

namespace mneme {

// Checks the model's keys (model_rules.h), those of other sections against each other, and each
// key's own range, for a configuration made in code. An error is a sentence that names the keys
// and their values, and what to do.
absl::Status Validate(const TrainConfig& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_VALIDATE_H_
