// Which checkpoints stay, and removing the others.

#ifndef MNEME_APPS_CHECKPOINT_RETENTION_H_
#define MNEME_APPS_CHECKPOINT_RETENTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace mneme {

// The newest `keep` checkpoints stay (0 or less: all). Besides them, of those whose step is a
// multiple of eval_every, the newest eval_keep stay (0 or less: all of these); eval_every 0 or
// less: there are none such.
struct Retention {
  int64_t keep = 0;
  int64_t eval_every = 0;
  int64_t eval_keep = 0;
};

// Those of `steps`, in any order, that are not to stay; ascending.
std::vector<int64_t> ExpiredSteps(std::vector<int64_t> steps, const Retention& retention);

// Removes the expired checkpoints of a run up to and with `step`, the newest. Folders that are no
// whole checkpoints are neither counted nor touched. A kill on the way leaves no checkpoint in
// part. Errors name the first folder that could not be removed.
absl::Status RemoveExpiredCheckpoints(const std::string& dump_dir, int64_t step,
                                      const Retention& retention);

// Removes a checkpoint's folder; at every moment it is there whole, or not under its name.
absl::Status RemoveCheckpoint(const std::string& dump_dir, int64_t step);

// Removes what killed writers left. To be called when a run starts, with its RunLock held.
absl::Status RemoveTemporaries(const std::string& dump_dir);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_RETENTION_H_
