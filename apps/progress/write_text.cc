#include "apps/progress/write_text.h"

#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace mneme {

int WriteText(int fd, absl::string_view text, int64_t* bytes_written) {
  int64_t done = 0;
  int error = 0;
  while (error == 0 && done < static_cast<int64_t>(text.size())) {
    const ssize_t written = write(fd, text.data() + done, text.size() - done);
    if (written > 0) {
      done += written;
    } else if (written == 0) {
      error = EIO;
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (bytes_written != nullptr) *bytes_written = done;
  return error;
}

absl::Status AppendWhole(int fd, const std::string& path, absl::string_view record) {
  const off_t end = lseek(fd, 0, SEEK_END);
  int64_t bytes_written = 0;
  const int error = WriteText(fd, record, &bytes_written);
  if (error == 0) return absl::OkStatus();
  const bool is_torn = bytes_written > 0 && (end < 0 || ftruncate(fd, end) != 0);
  return absl::ErrnoToStatus(error, absl::StrCat("cannot write '", path, "'",
                                                 is_torn ? ", which ends in half a record" : ""));
}

}  // namespace mneme
