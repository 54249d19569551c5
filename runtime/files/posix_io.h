// What this package needs of POSIX, with errors as Status. Private to the package.

#ifndef MNEME_RUNTIME_FILES_POSIX_IO_H_
#define MNEME_RUNTIME_FILES_POSIX_IO_H_

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Owns an open file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();

  int get() const { return fd_; }
  // Closes early, for the error that closing may bring; 0, or an errno.
  int Close();

 private:
  int fd_ = -1;
};

// "cannot VERB 'PATH': REASON", REASON being errno's.
absl::Status FileError(absl::string_view verb, const std::string& path);

absl::StatusOr<FileDescriptor> OpenToRead(const std::string& path);

// The same for a regular file only, and its size.
struct OpenedFile {
  FileDescriptor fd;
  int64_t bytes = 0;
};
absl::StatusOr<OpenedFile> OpenRegularFile(const std::string& path);

// Writes all of `data` at the descriptor's position. `path` and `offset`, the position, go into
// the error, as do the bytes that could not be written.
absl::Status WriteAll(const FileDescriptor& fd, const std::string& path, int64_t offset,
                      const void* data, int64_t bytes);

// Reads exactly `bytes` from `offset`; an error if the file ends before.
absl::Status ReadAllAt(const FileDescriptor& fd, const std::string& path, int64_t offset,
                       void* data, int64_t bytes);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_POSIX_IO_H_
