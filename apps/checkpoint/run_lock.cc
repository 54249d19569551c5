#include "apps/checkpoint/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "apps/checkpoint/layout.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// "process 1234", or "another process" where the file does not say.
std::string Holder(int fd) {
  char text[32];
  const ssize_t bytes = pread(fd, text, sizeof(text), 0);
  int64_t pid = 0;
  const bool known =
      bytes > 0 && absl::SimpleAtoi(absl::string_view(text, static_cast<size_t>(bytes)), &pid);
  return known ? absl::StrCat("process ", pid) : "another process";
}

}  // namespace

absl::StatusOr<RunLock> RunLock::Acquire(const std::string& dump_dir, absl::string_view key) {
  MNEME_RETURN_IF_ERROR(MakeDirs(dump_dir));
  const std::string path = JoinPath(dump_dir, ".lock");
  RunLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (lock.fd_ < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot write '", path, "'"));
  if (flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot lock '", path, "'"));
    }
    return absl::FailedPreconditionError(
        absl::StrCat("'", dump_dir, "' is in use by ", Holder(lock.fd_),
                     ": wait for its end, or choose another ", key));
  }
  const std::string pid = absl::StrCat(getpid(), "\n");
  // Only for messages, so a full disk does not matter.
  if (ftruncate(lock.fd_, 0) == 0 && pwrite(lock.fd_, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

RunLock::RunLock(RunLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

RunLock::~RunLock() {
  if (fd_ >= 0) close(fd_);
}

}  // namespace mneme
