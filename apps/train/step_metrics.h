// The metrics of a training step, as metrics.jsonl has them.

#ifndef MNEME_APPS_TRAIN_STEP_METRICS_H_
#define MNEME_APPS_TRAIN_STEP_METRICS_H_

#include "absl/types/span.h"
#include "apps/config/train_config.h"
#include "apps/eval/loss.h"
#include "apps/progress/metrics_writer.h"
#include "apps/progress/progress_line.h"
#include "apps/train/step_meter.h"
#include "apps/train/trainer.h"

namespace mneme {

// Of the trainer's last step.
struct StepFacts {
  const StepReport& report;
  const StepStatus& status;  // with all that the host has to wait for
  const StepMeter& meter;    // stopped
  const StepGuard::Counts& guard;
  absl::Span<const PickUsage::Summary> usage;  // one for each of LanguageModel::usages
  const LossSummary* validation;               // null: not at this step
};

Metrics StepMetrics(const TrainConfig& config, Trainer* trainer, const StepFacts& step);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_STEP_METRICS_H_
