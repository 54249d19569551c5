#include "runtime/files/file_util.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/core/status.h"
#include "runtime/files/posix_io.h"

namespace mneme {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const FileDescriptor fd, OpenToRead(path));
  constexpr size_t kPieceBytes = 1 << 16;
  std::string contents;
  struct stat info;
  if (fstat(fd.get(), &info) == 0 && S_ISREG(info.st_mode))
    contents.reserve(info.st_size + kPieceBytes);
  while (true) {
    const size_t size = contents.size();
    contents.resize(std::max(size + kPieceBytes, contents.capacity()));
    const ssize_t got = read(fd.get(), contents.data() + size, contents.size() - size);
    contents.resize(size + std::max<ssize_t>(got, 0));
    if (got == 0) return contents;
    if (got < 0 && errno != EINTR) return FileError("read", path);
  }
}

absl::Status MakeDirs(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make directory '", path, "'"));
}

absl::Status SyncDirectory(const std::string& path) {
  const FileDescriptor fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return FileError("open directory", path);
  if (fsync(fd.get()) != 0) return FileError("sync directory", path);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& directory,
                                                   absl::string_view suffix) {
  std::error_code error;
  std::vector<std::string> paths;
  std::filesystem::directory_iterator entry(directory, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    std::error_code broken_link;  // leaves is_regular_file false
    if (absl::EndsWith(entry->path().filename().string(), suffix) &&
        entry->is_regular_file(broken_link)) {
      paths.push_back(entry->path().string());
    }
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("cannot list directory '", directory, "'"));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string ParentDirectory(const std::string& path) {
  const std::string parent = std::filesystem::path(path).parent_path().string();
  return parent.empty() ? "." : parent;
}

}  // namespace mneme
