#include "apps/progress/train_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "apps/progress/write_text.h"

namespace mneme {

absl::StatusOr<std::unique_ptr<TrainLog>> TrainLog::Open(const std::string& path,
                                                         std::function<absl::Time()> clock) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write '", path, "'"));
  return absl::WrapUnique(new TrainLog(fd, std::move(clock)));
}

TrainLog::~TrainLog() { close(fd_); }

void TrainLog::Write(absl::string_view text) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", clock_(), absl::UTCTimeZone());
  std::string lines;
  for (absl::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&lines, time, " ", line, "\n");
  }
  WriteText(fd_, lines);
}

}  // namespace mneme
