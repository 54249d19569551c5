// Running tasks one after the other, with a progress line for each.

#ifndef MNEME_APPS_EVAL_RUN_TASKS_H_
#define MNEME_APPS_EVAL_RUN_TASKS_H_

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "apps/eval/eval_task.h"
#include "apps/progress/screen.h"

namespace mneme {

// Appends the results in the order of the tasks, up to the first that fails. Errors: those of the
// tasks, which name the task; Cancelled after a stop signal (stop_signals.h).
absl::Status RunTasks(absl::Span<const std::unique_ptr<EvalTask>> tasks, const EvalModel& model,
                      Screen* screen, std::vector<TaskResult>* results);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RUN_TASKS_H_
