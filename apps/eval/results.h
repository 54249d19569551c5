// Results of tasks, for people, for programs and on disk.

#ifndef MNEME_APPS_EVAL_RESULTS_H_
#define MNEME_APPS_EVAL_RESULTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "apps/eval/eval_task.h"
#include "apps/progress/metrics_writer.h"
#include "nlohmann/json.hpp"

namespace mneme {

// A line for each metric: task, metric, value, standard error, n and the task's time. Then the
// notes.
std::string ResultsTable(absl::Span<const TaskResult> results);

// {task: {metric: {"value", "stderr", "n"}}}; null for what is not finite, or has no error.
nlohmann::ordered_json ResultsJson(absl::Span<const TaskResult> results);

// "task/metric" and "task/metric_stderr", for a line of metrics.eval.jsonl.
Metrics ResultsMetrics(absl::Span<const TaskResult> results);

// Writes results.json, and samples_TASK.jsonl for each task that has samples, into `folder`, which
// is made. Each file is whole or as it was before. keep_others: results.json keeps what it has of
// tasks that are not in `results`.
absl::Status WriteResults(const std::string& folder, absl::Span<const TaskResult> results,
                          bool keep_others);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RESULTS_H_
