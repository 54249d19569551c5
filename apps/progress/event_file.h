// TensorBoard's event file: the metrics of a run as scalars.
//
// A file of records, each
//   length u64, masked CRC-32C of these 8 bytes u32, data, masked CRC-32C of the data u32
// (little endian), whose data is the protocol buffer Event: wall_time (1), step (2) and one of
// file_version (3), summary (5) and session_log (7).

#ifndef MNEME_APPS_PROGRESS_EVENT_FILE_H_
#define MNEME_APPS_PROGRESS_EVENT_FILE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "apps/progress/metrics_writer.h"

namespace mneme {

class EventFile {
 public:
  // Makes events.out.tfevents.SECONDS.HOST.PID in `folder`, beside those of earlier processes. If
  // resume_step is not 0 the run goes on after that step, and TensorBoard drops what those files
  // have of later ones.
  static absl::StatusOr<std::unique_ptr<EventFile>> Create(
      const std::string& folder, int64_t resume_step,
      std::function<absl::Time()> clock = absl::Now);

  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  const std::string& path() const { return path_; }

  // A scalar for each metric that is a number. It is in the file when this returns; after an error,
  // such as a full disk, no part of it is.
  absl::Status Write(int64_t global_step, const Metrics& metrics);

 private:
  EventFile(std::string path, int fd, std::function<absl::Time()> clock)
      : path_(std::move(path)), fd_(fd), clock_(std::move(clock)) {}

  // `what`: the event's other field.
  absl::Status Append(int64_t step, absl::string_view what);

  const std::string path_;
  const int fd_;
  const std::function<absl::Time()> clock_;
};

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_EVENT_FILE_H_
