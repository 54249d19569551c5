// Writing a file so that its path always holds a whole one: the old, or the new.

#ifndef MNEME_RUNTIME_FILES_ATOMIC_FILE_H_
#define MNEME_RUNTIME_FILES_ATOMIC_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "runtime/files/posix_io.h"

namespace mneme {

// Writes to a temporary beside the file, PATH.PID.N.tmp, and puts it in place at Commit. Until
// then, and after any error, what was at PATH before stays as it was. Only a killed process
// leaves its temporary behind.
//
// Links are followed: the file that they lead to is replaced, not the link. What is no file to
// replace, such as /dev/stdout or a pipe, is written straight into.
//
// Errors name the path, the bytes that could not be written and the reason, such as a full disk;
// after one, every further call returns the same.
class AtomicFile {
 public:
  // Opens the temporary. The directory must exist. A pipe is waited for until someone reads it.
  static absl::StatusOr<std::unique_ptr<AtomicFile>> Create(const std::string& path);

  // Without a Commit, removes the temporary.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  // Asks the file system for room for a file of `bytes`, so that a full disk shows before hours
  // of writing rather than after. Does nothing on file systems that cannot do so.
  absl::Status Reserve(int64_t bytes);

  // Small pieces are gathered; large ones are written straight from `data`.
  absl::Status Append(const void* data, int64_t bytes);
  absl::Status Append(absl::string_view text) {
    return Append(text.data(), static_cast<int64_t>(text.size()));
  }

  // Writes out what is left, syncs the file, renames it to PATH and syncs the directory. If only
  // the last fails, the new file is in place, but not yet safe from a power cut. Call once.
  absl::Status Commit();

  int64_t bytes_appended() const { return bytes_written_ + static_cast<int64_t>(buffer_.size()); }

 private:
  AtomicFile(std::string path, std::string temporary, FileDescriptor fd);

  absl::Status Write(const void* data, int64_t bytes);
  absl::Status Flush();
  absl::Status CommitOnce();

  const std::string path_;       // behind all links
  const std::string temporary_;  // exists until committed_; "" if written straight
  FileDescriptor fd_;
  std::string buffer_;
  int64_t bytes_written_ = 0;
  bool committed_ = false;
  absl::Status status_;  // the first error
};

// All of the above for contents at hand.
absl::Status WriteFileAtomically(const std::string& path, absl::string_view contents);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_ATOMIC_FILE_H_
