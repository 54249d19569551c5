// How far a long operation is: filling a table, writing a checkpoint.
//   writing checkpoint [=====>         ] 1.2 GiB of 4 GiB  1.1 GiB/s  ETA 3s

#ifndef MNEME_APPS_PROGRESS_TASK_PROGRESS_H_
#define MNEME_APPS_PROGRESS_TASK_PROGRESS_H_

#include <cstdint>
#include <mutex>
#include <string>

#include "absl/time/time.h"
#include "apps/progress/rate_meter.h"
#include "apps/progress/screen.h"

namespace mneme {

// On a terminal a live line, once the operation has taken kQuiet; elsewhere a line every
// kPlainInterval, so that what is quickly done is not mentioned. Thread-safe.
class TaskProgress {
 public:
  enum class Unit { kBytes, kCount };
  static constexpr absl::Duration kQuiet = absl::Milliseconds(500);
  static constexpr absl::Duration kPlainInterval = absl::Seconds(10);

  // `screen` is borrowed. label: "writing checkpoint".
  TaskProgress(Screen* screen, std::string label, Unit unit);
  // Takes the live line away.
  ~TaskProgress();
  TaskProgress(const TaskProgress&) = delete;
  TaskProgress& operator=(const TaskProgress&) = delete;

  // However often; what comes late from another thread, with a smaller `done`, is ignored.
  void Update(int64_t done, int64_t total);

 private:
  std::string Line(int columns) const;

  Screen* const screen_;
  const std::string label_;
  const Unit unit_;

  std::mutex mutex_;
  absl::Time start_;
  absl::Time last_line_;
  int64_t done_ = 0;
  int64_t total_ = 0;
  bool shown_ = false;
  RateMeter rate_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_TASK_PROGRESS_H_
