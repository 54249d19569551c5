#include "apps/progress/write_text.h"

#include <unistd.h>

#include <cerrno>

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

}  // namespace mneme
