#include "runtime/files/posix_io.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "runtime/core/status.h"

namespace mneme {

FileDescriptor::~FileDescriptor() { Close(); }

int FileDescriptor::Close() {
  if (fd_ < 0) return 0;
  return close(std::exchange(fd_, -1)) == 0 ? 0 : errno;
}

absl::Status FileError(absl::string_view verb, const std::string& path) {
  const int error = errno;
  return absl::ErrnoToStatus(error, absl::StrCat("cannot ", verb, " '", path, "'"));
}

absl::StatusOr<FileDescriptor> OpenToRead(const std::string& path) {
  FileDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FileError("open", path);
  return fd;
}

absl::StatusOr<OpenedFile> OpenRegularFile(const std::string& path) {
  // Asked before it is opened, since opening a pipe would wait for a writer.
  struct stat info;
  if (stat(path.c_str(), &info) != 0) return FileError("open", path);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "cannot read '", path, "': ", S_ISDIR(info.st_mode) ? "a directory" : "no regular file"));
  }
  OpenedFile file;
  MNEME_ASSIGN_OR_RETURN(file.fd, OpenToRead(path));
  if (fstat(file.fd.get(), &info) != 0) return FileError("read", path);
  file.bytes = info.st_size;
  return file;
}

absl::Status WriteAll(const FileDescriptor& fd, const std::string& path, int64_t offset,
                      const void* data, int64_t bytes) {
  const char* next = static_cast<const char*>(data);
  for (int64_t left = bytes; left > 0;) {
    const ssize_t written = write(fd.get(), next, left);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      const int error = written < 0 ? errno : ENOSPC;
      return absl::ErrnoToStatus(
          error, absl::StrFormat("cannot write '%s': %d of %d bytes at offset %d did not go out",
                                 path, left, bytes, offset));
    }
    next += written;
    left -= written;
  }
  return absl::OkStatus();
}

absl::Status ReadAllAt(const FileDescriptor& fd, const std::string& path, int64_t offset,
                       void* data, int64_t bytes) {
  char* next = static_cast<char*>(data);
  for (int64_t left = bytes; left > 0;) {
    const ssize_t got = pread(fd.get(), next, left, offset + bytes - left);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read", path);
    if (got == 0) {
      return absl::DataLossError(
          absl::StrFormat("cannot read '%s': it ends at offset %d, %d bytes short", path,
                          offset + bytes - left, left));
    }
    next += got;
    left -= got;
  }
  return absl::OkStatus();
}

}  // namespace mneme
