#include "runtime/files/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "glog/logging.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

constexpr int64_t kBufferBytes = 1 << 16;

// " (N bytes free)", or nothing where the file system does not say.
std::string FreeSpace(int fd) {
  struct statvfs info;
  if (fstatvfs(fd, &info) != 0) return "";
  return absl::StrFormat(" (%d bytes free)",
                         static_cast<int64_t>(info.f_bavail) * static_cast<int64_t>(info.f_frsize));
}

// Where the links at `path`, if any, lead. The end of them need not exist.
std::string FollowLinks(std::string path) {
  std::error_code no_link;
  for (auto target = std::filesystem::read_symlink(path, no_link); !no_link;
       target = std::filesystem::read_symlink(path, no_link)) {
    path = (std::filesystem::path(path).parent_path() / target).string();
  }
  return path;
}

}  // namespace

AtomicFile::AtomicFile(std::string path, std::string temporary, FileDescriptor fd)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(std::move(fd)) {}

absl::StatusOr<std::unique_ptr<AtomicFile>> AtomicFile::Create(const std::string& named) {
  struct stat info;
  const bool exists = stat(named.c_str(), &info) == 0;
  if (!exists && errno != ENOENT) return FileError("write", named);  // a ring of links, say
  if (exists && !S_ISREG(info.st_mode)) {
    FileDescriptor fd(open(named.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd.get() < 0) return FileError("write", named);
    return absl::WrapUnique(new AtomicFile(named, /*temporary=*/"", std::move(fd)));
  }
  const std::string path = FollowLinks(named);
  // A name that is taken belongs to another writer in this process, or to a killed process whose
  // number this one was given again: leave it alone and try the next.
  for (int n = 0;; ++n) {
    const std::string temporary = absl::StrCat(path, ".", getpid(), ".", n, ".tmp");
    FileDescriptor fd(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (fd.get() >= 0) return absl::WrapUnique(new AtomicFile(path, temporary, std::move(fd)));
    if (errno != EEXIST) return FileError("write", path);
  }
}

AtomicFile::~AtomicFile() {
  if (!committed_ && !temporary_.empty()) unlink(temporary_.c_str());
}

absl::Status AtomicFile::Reserve(int64_t bytes) {
  if (!status_.ok() || bytes <= 0) return status_;
  int result;
  do {
    result = fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, 0, bytes);
  } while (result != 0 && errno == EINTR);
  if (result != 0 && (errno == ENOSPC || errno == EFBIG || errno == EDQUOT)) {
    const int error = errno;
    status_ = absl::ErrnoToStatus(error, absl::StrFormat("cannot write '%s': it needs %d bytes%s",
                                                         path_, bytes, FreeSpace(fd_.get())));
  }
  return status_;
}

absl::Status AtomicFile::Append(const void* data, int64_t bytes) {
  if (static_cast<int64_t>(buffer_.size()) + bytes > kBufferBytes) MNEME_RETURN_IF_ERROR(Flush());
  if (bytes >= kBufferBytes) return Write(data, bytes);
  buffer_.append(static_cast<const char*>(data), bytes);
  return status_;
}

absl::Status AtomicFile::Flush() {
  MNEME_RETURN_IF_ERROR(Write(buffer_.data(), static_cast<int64_t>(buffer_.size())));
  buffer_.clear();
  return absl::OkStatus();
}

absl::Status AtomicFile::Write(const void* data, int64_t bytes) {
  MNEME_RETURN_IF_ERROR(status_);
  status_ = WriteAll(fd_, path_, bytes_written_, data, bytes);
  if (status_.ok()) bytes_written_ += bytes;
  return status_;
}

absl::Status AtomicFile::Commit() {
  CHECK(!committed_) << "'" << path_ << "' was committed before";
  MNEME_RETURN_IF_ERROR(Flush());
  status_ = CommitOnce();
  return status_;
}

absl::Status AtomicFile::CommitOnce() {
  const bool is_straight = temporary_.empty();
  if (!is_straight && fsync(fd_.get()) != 0) return FileError("sync", path_);
  errno = fd_.Close();
  if (errno != 0) return FileError("close", path_);
  committed_ = is_straight;
  if (is_straight) return absl::OkStatus();
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return FileError("replace", path_);
  committed_ = true;
  return SyncDirectory(ParentDirectory(path_));
}

absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents) {
  MNEME_ASSIGN_OR_RETURN(const std::unique_ptr<AtomicFile> file, AtomicFile::Create(path));
  MNEME_RETURN_IF_ERROR(file->Append(contents));
  return file->Commit();
}

}  // namespace mneme
