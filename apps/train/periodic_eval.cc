#include "apps/train/periodic_eval.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/eval/open_tasks.h"
#include "apps/eval/results.h"
#include "apps/eval/run_tasks.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<PeriodicEval>> PeriodicEval::Open(
    const TrainConfig& config, std::shared_ptr<const Tokenizer> tokenizer, int64_t step,
    Screen* screen) {
  const HarnessConfig& harness = config.eval.harness;
  MNEME_RETURN_IF_ERROR(CheckTaskNames(harness));
  auto eval = std::unique_ptr<PeriodicEval>(new PeriodicEval(config, std::move(tokenizer), screen));
  const int64_t every = config.checkpoint.eval.every;
  if (every <= 0 || every > config.steps) return eval;
  const ValOptions val = {
      .data = config.data, .split = Split::kHeldOut, .seq_len = config.data.seq_len};
  for (const HarnessTask& task : harness.tasks) {
    absl::StatusOr<std::unique_ptr<EvalTask>> opened = OpenTask(task, harness, val);
    if (absl::IsNotFound(opened.status())) {
      screen->Print(absl::StrCat("warning: no evaluation: ", opened.status().message()));
      continue;
    }
    MNEME_RETURN_IF_ERROR(opened.status());
    eval->tasks_.push_back(*std::move(opened));
  }
  if (eval->tasks_.empty()) return eval;
  const int64_t last_done = eval->IsDone(step) ? step : step - 1;
  MNEME_ASSIGN_OR_RETURN(eval->metrics_,
                         MetricsWriter::Open(config.dump_dir + "/metrics.eval.jsonl", last_done));
  return eval;
}

std::string PeriodicEval::FolderOf(int64_t step) const {
  return absl::StrCat(config_.dump_dir, "/evals/", absl::Dec(step, absl::kZeroPad10));
}

bool PeriodicEval::IsDue(int64_t step) const {
  return !tasks_.empty() && step > 0 && step % config_.checkpoint.eval.every == 0;
}

bool PeriodicEval::IsDone(int64_t step) const {
  const absl::StatusOr<std::string> text = ReadFile(FolderOf(step) + "/results.json");
  if (!text.ok()) return false;
  const auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  // Others may be there: //apps:eval, run by hand, writes into the same file.
  return json.is_object() && std::all_of(tasks_.begin(), tasks_.end(), [&](const auto& task) {
           return json.contains(task->name());
         });
}

void PeriodicEval::Run(LanguageModel* model, int64_t step) {
  const absl::Status status = TryRun(model, step);
  if (status.ok()) return;
  screen_->Print(absl::StrCat(
      "warning: no evaluation at step ", step, ": ", status.message(),
      absl::IsCancelled(status) ? "; a run that goes on makes up for it" : "; training goes on"));
}

absl::Status PeriodicEval::TryRun(LanguageModel* model, int64_t step) {
  const EvalModel under_test = {.model = model,
                                .tokenizer = tokenizer_,
                                .max_tokens = config_.eval.generator.max_tokens,
                                .max_gen_len = config_.eval.generator.max_gen_len};
  std::vector<TaskResult> results;
  MNEME_RETURN_IF_ERROR(RunTasks(tasks_, under_test, screen_, &results));
  screen_->Print(absl::StrCat("evaluation at step ", step, ":\n", ResultsTable(results)));
  MNEME_RETURN_IF_ERROR(metrics_->Write(step, ResultsMetrics(results)));
  return WriteResults(FolderOf(step), results, /*keep_others=*/true);
}

}  // namespace mneme
