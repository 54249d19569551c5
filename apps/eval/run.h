// The program //apps:eval, without its main.

#ifndef MNEME_APPS_EVAL_RUN_H_
#define MNEME_APPS_EVAL_RUN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/schema.h"
#include "apps/config/train_config.h"
#include "apps/eval/eval_task.h"
#include "apps/eval/model_args.h"
#include "apps/progress/screen.h"
#include "data/loader/data_config.h"

namespace mneme {

struct EvalArgs {
  // kAuto: the held-out documents of "wordnet" and of files that have some, else all.
  enum class Documents { kAuto, kHeldOut, kTraining, kAll };

  ModelArgs model;
  GeneratorConfig generator;
  HarnessConfig harness = {.tasks = {{.task = "val"}}};
  std::string dump_dir;  // "": evals/STEP in the run's folder
  // What the task val measures.
  std::string data = "wordnet";  // or a path: see FindCorpusFiles
  Documents split = Documents::kAuto;
  std::optional<int64_t> seq_len;  // unset: the model's max_seqlen
  std::string wordnet_dir = DataConfig().wordnet_dir;
  bool json = false;
};

void Describe(Section& section, EvalArgs& args);

struct EvalReport {
  std::string checkpoint;  // its folder
  int64_t step = 0;
  std::string dump_dir;  // where the results are
  std::vector<TaskResult> results;
  absl::Status ended;  // the error of the task behind the last result, if one failed
};

// Opens the tasks, loads the model, runs them, and writes results.json and samples_TASK.jsonl to
// the report's dump_dir and a line to metrics.eval.jsonl, in the run's folder or the given
// dump_dir. `screen` shows progress and warnings, not the report.
// Errors: those of the tasks' files, of the checkpoint and of WriteResults. An error in the middle,
// and a stop signal (stop_signals.h), cost only the tasks that are not done.
absl::StatusOr<EvalReport> Evaluate(const EvalArgs& args, Screen* screen);

std::string ReportText(const EvalReport& report);
// One line: {"checkpoint", "step", "results"}.
std::string ReportJson(const EvalReport& report);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RUN_H_
