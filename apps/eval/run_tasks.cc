#include "apps/eval/run_tasks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "apps/progress/stop_signals.h"
#include "apps/progress/task_progress.h"

namespace mneme {

absl::Status RunTasks(absl::Span<const std::unique_ptr<EvalTask>> tasks, const EvalModel& model,
                      Screen* screen, std::vector<TaskResult>* results) {
  for (const std::unique_ptr<EvalTask>& task : tasks) {
    const absl::Time begin = absl::Now();
    TaskProgress progress(screen, task->name(), TaskProgress::Unit::kCount);
    absl::StatusOr<TaskResult> result = task->Run(model, [&](int64_t done, int64_t total) {
      progress.Update(done, total);
      if (StopSignal() == 0) return absl::OkStatus();
      return absl::CancelledError(
          absl::StrCat("ended by ", StopSignalName(StopSignal()), " at ", done, " of ", total));
    });
    if (!result.ok()) {
      return absl::Status(result.status().code(),
                          absl::StrCat("task ", task->name(), ": ", result.status().message()));
    }
    result->seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    results->push_back(*std::move(result));
  }
  return absl::OkStatus();
}

}  // namespace mneme
