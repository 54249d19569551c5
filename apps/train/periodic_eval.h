// Evaluation during training, every checkpoint.eval.every steps: the model at hand is put to the
// tasks of the section eval, and trains on as if it had not been.

#ifndef MNEME_APPS_TRAIN_PERIODIC_EVAL_H_
#define MNEME_APPS_TRAIN_PERIODIC_EVAL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/eval/eval_task.h"
#include "apps/progress/metrics_writer.h"
#include "apps/progress/screen.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

class PeriodicEval {
 public:
  // Reads the tasks' files, if the run comes to a step at which they are due. A task whose files
  // are not there is told of and left out: the run is worth more. What metrics.eval.jsonl has of
  // steps behind `step` goes. Errors: unknown tasks, broken files. `config` is borrowed.
  static absl::StatusOr<std::unique_ptr<PeriodicEval>> Open(
      const TrainConfig& config, std::shared_ptr<const Tokenizer> tokenizer, int64_t step,
      Screen* screen);

  // Whether to Run at this step; and whether that was done, which a run that goes on asks.
  bool IsDue(int64_t step) const;
  bool IsDone(int64_t step) const;

  // Writes a line to metrics.eval.jsonl and dump_dir/evals/STEP, and prints the table. An error is
  // printed, and costs this evaluation. A stop signal ends it.
  void Run(LanguageModel* model, int64_t step);

 private:
  PeriodicEval(const TrainConfig& config, std::shared_ptr<const Tokenizer> tokenizer,
               Screen* screen)
      : config_(config), tokenizer_(std::move(tokenizer)), screen_(screen) {}

  std::string FolderOf(int64_t step) const;
  absl::Status TryRun(LanguageModel* model, int64_t step);

  const TrainConfig& config_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  Screen* const screen_;
  std::vector<std::unique_ptr<EvalTask>> tasks_;
  std::unique_ptr<MetricsWriter> metrics_;  // null without tasks
};

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_PERIODIC_EVAL_H_
