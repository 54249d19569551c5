// Tasks by the names and settings of a configuration.

#ifndef MNEME_APPS_EVAL_OPEN_TASKS_H_
#define MNEME_APPS_EVAL_OPEN_TASKS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/eval/corpus_tasks.h"
#include "apps/eval/eval_task.h"

namespace mneme {

// The task that `task` describes; its own settings come before those of `harness`. `val` is what
// the task of that name measures.
// Errors: an unknown name, with the nearest known one; NotFound for files that are not there, with
// the names expected; broken files.
absl::StatusOr<std::unique_ptr<EvalTask>> OpenTask(const HarnessTask& task,
                                                   const HarnessConfig& harness,
                                                   const ValOptions& val);

// All of harness.tasks. Errors: those of OpenTask; one name twice.
absl::StatusOr<std::vector<std::unique_ptr<EvalTask>>> OpenTasks(const HarnessConfig& harness,
                                                                 const ValOptions& val);

// InvalidArgument for a name that is no task's, or stands twice in harness.tasks.
absl::Status CheckTaskNames(const HarnessConfig& harness);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_OPEN_TASKS_H_
