// Which checkpoints stay, and removing the others.

#ifndef MNEME_APPS_CHECKPOINT_RETENTION_H_
#define MNEME_APPS_CHECKPOINT_RETENTION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace mneme {

// Checkpoints are of two kinds: those to evaluate, whose step is a multiple of eval_every, and
// those to go on from, which are all others and the multiples of dump_every. One that is both
// stays if either kind keeps it. An interval of 0 or less has no multiples.
struct Retention {
  int64_t keep = 0;  // how many to go on from stay, newest first; 0 or less: all
  int64_t dump_every = 0;
  int64_t eval_keep = 0;  // likewise of those to evaluate
  int64_t eval_every = 0;
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
