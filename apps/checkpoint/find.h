// Finding the checkpoint to go on from, or to use.

#ifndef MNEME_APPS_CHECKPOINT_FIND_H_
#define MNEME_APPS_CHECKPOINT_FIND_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/checkpoint/checkpoint.h"

namespace mneme {

struct FoundCheckpoint {
  std::optional<Checkpoint> checkpoint;
  // A sentence for each later one that is not valid: which file, and what is wrong with it.
  std::vector<std::string> warnings;
};

// The latest valid checkpoint of a run, if `before` is given of those with a smaller step; none if
// it has none, or if there is no such directory.
FoundCheckpoint FindLatestCheckpoint(const std::string& dump_dir, Verify verify,
                                     std::optional<int64_t> before = std::nullopt);

// The sentence for a checkpoint that is not valid because of `error`.
std::string SkippedWarning(int64_t step, const absl::Status& error);

// For a path that a user gives: a checkpoint's own folder, a run's dump_dir or its `checkpoints`
// folder; of the latter two the latest valid one. Errors: no such path, neither of these, or no
// valid checkpoint in it; then with the reason.
absl::StatusOr<FoundCheckpoint> ResolveCheckpoint(const std::string& path, Verify verify);

}  // namespace mneme

#endif  // MNEME_APPS_CHECKPOINT_FIND_H_
