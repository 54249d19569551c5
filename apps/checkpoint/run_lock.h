// One process a run directory.

#ifndef MNEME_APPS_CHECKPOINT_RUN_LOCK_H_
#define MNEME_APPS_CHECKPOINT_RUN_LOCK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Holds DUMP_DIR/.lock until it is destroyed or the process ends, however it ends. (An flock: the
// file itself stays, and means nothing.)
class RunLock {
 public:
  // Makes the directory if there is none. Error if another process holds the lock, naming it, and
  // `key`, which to set to another value.
  static absl::StatusOr<RunLock> Acquire(const std::string& dump_dir,
                                         absl::string_view key = "dump_dir");

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

 private:
  explicit RunLock(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_RUN_LOCK_H_
