// metrics.jsonl: one JSON object a line, never two for the same step.

#ifndef MNEME_APPS_PROGRESS_METRICS_WRITER_H_
#define MNEME_APPS_PROGRESS_METRICS_WRITER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace mneme {

using MetricValue = std::variant<int64_t, double, std::string>;
using Metrics = std::vector<std::pair<std::string, MetricValue>>;

class MetricsWriter {
 public:
  // Opens `path` for a run that goes on after `resume_step` (0: begins). Lines that are already
  // there stay, except those whose global_step is larger, which are of steps that will be done
  // again, and those that are no JSON object, such as a last one cut off by a kill. A file that
  // has such lines is replaced atomically.
  static absl::StatusOr<std::unique_ptr<MetricsWriter>> Open(
      const std::string& path, int64_t resume_step, std::function<absl::Time()> clock = absl::Now);

  ~MetricsWriter();
  MetricsWriter(const MetricsWriter&) = delete;
  MetricsWriter& operator=(const MetricsWriter&) = delete;

  // Appends {"global_step": global_step, ...metrics in their order..., "created_at": ISO 8601}.
  // Numbers that are not finite become null, which JSON has instead. The line is in the file when
  // this returns; after an error, such as a full disk, no part of it is.
  absl::Status Write(int64_t global_step, const Metrics& metrics);

 private:
  MetricsWriter(std::string path, int fd, std::function<absl::Time()> clock)
      : path_(std::move(path)), fd_(fd), clock_(std::move(clock)) {}

  const std::string path_;
  const int fd_;
  const std::function<absl::Time()> clock_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_METRICS_WRITER_H_
