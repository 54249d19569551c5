#include "apps/train/step_metrics.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "apps/train/describe.h"

namespace mneme {

Metrics StepMetrics(const TrainConfig& config, Trainer* trainer, const StepFacts& step) {
  LanguageModel& model = *trainer->model();
  const double tokens_per_second = *step.status.tokens_per_second;
  Metrics metrics = {
      {"acc_step", int64_t{0}},
      {"speed/wps", tokens_per_second},
      {"speed/FLOPS", tokens_per_second * FlopsPerToken(model, config.data.seq_len)},
      {"speed/curr_iter_time", step.meter.step_seconds()},
      {"speed/data_load_time", step.meter.data_seconds()},
      {"optim/grad_norm", Number(step.report.norms.dense)},
      {"optim/lr", step.report.lr},
      {"optim/total_tokens", trainer->totals().tokens},
      {"optim/skipped_steps", step.guard.skipped},
      {"loss/out", *step.status.loss},
  };
  if (config.distributed.model_dtype == ComputeDtype::kFp16) {
    metrics.push_back({"optim/loss_scale", step.guard.loss_scale});
  }
  if (step.report.norms.values.defined()) {
    metrics.push_back({"optim/value_grad_norm", Number(step.report.norms.values)});
    metrics.push_back({"memory/unique_rows", static_cast<int64_t>(*step.status.unique_rows)});
    metrics.push_back({"memory/link_gb_per_second", step.meter.link_bytes_per_second() * 1e-9});
    metrics.push_back({"memory/fence_wait_time", step.meter.wait_seconds()});
  }
  for (size_t i = 0; i < step.usage.size(); ++i) {
    const std::string prefix = absl::StrCat("memory/", i);
    metrics.push_back({prefix + "/entropy_nats", step.usage[i].entropy_nats});
    metrics.push_back({prefix + "/share_touched", model.usages()[i]->share_touched()});
  }
  if (step.validation != nullptr) {
    metrics.push_back({"loss/validation", step.validation->loss()});
    metrics.push_back({"bits_per_byte/validation", step.validation->bits_per_byte()});
  }
  for (size_t i = 0; i < trainer->source_names().size(); ++i) {
    metrics.push_back({absl::StrCat("data/tokens/", trainer->source_names()[i]),
                       trainer->totals().source_tokens[i]});
  }
  return metrics;
}

}  // namespace mneme
