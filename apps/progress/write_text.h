// Writing text to a descriptor that may be a terminal, a pipe or a file.

#ifndef MNEME_APPS_PROGRESS_WRITE_TEXT_H_
#define MNEME_APPS_PROGRESS_WRITE_TEXT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Writes all of `text`, in one call where the system takes it in one. Returns 0, or the errno
// that ended it; bytes_written, if given, is then what went out before.
int WriteText(int fd, absl::string_view text, int64_t* bytes_written = nullptr);

// Appends `record` to the file `path`, of which `fd` is at the end: all of it or, after an error
// such as a full disk, nothing.
absl::Status AppendWhole(int fd, const std::string& path, absl::string_view record);

}  // namespace mneme

#endif  // MNEME_APPS_PROGRESS_WRITE_TEXT_H_
