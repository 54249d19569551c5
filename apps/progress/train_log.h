// train.log: what a run printed, line by line, with the time of each.

#ifndef MNEME_APPS_PROGRESS_TRAIN_LOG_H_
#define MNEME_APPS_PROGRESS_TRAIN_LOG_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace mneme {

class TrainLog {
 public:
  // Appends to what is there. Errors name the path and the reason.
  static absl::StatusOr<std::unique_ptr<TrainLog>> Open(
      const std::string& path, std::function<absl::Time()> clock = absl::Now);

  ~TrainLog();
  TrainLog(const TrainLog&) = delete;
  TrainLog& operator=(const TrainLog&) = delete;

  // One or several lines, each as "2025-11-22T09:46:00Z TEXT", in the file when this returns. A
  // line that a full disk refuses is lost: a log does not stop a run.
  void Write(absl::string_view text);

 private:
  TrainLog(int fd, std::function<absl::Time()> clock) : fd_(fd), clock_(std::move(clock)) {}

  const int fd_;
  const std::function<absl::Time()> clock_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_TRAIN_LOG_H_
