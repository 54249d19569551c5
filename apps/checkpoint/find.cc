#include "apps/checkpoint/find.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "apps/checkpoint/layout.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

FoundCheckpoint FindLatestIn(const std::string& folder, Verify verify,
                             std::optional<int64_t> before) {
  FoundCheckpoint found;
  std::error_code error;
  std::vector<std::string> names = ListNames(folder, &error);
  if (error) {
    found.warnings.push_back(absl::StrCat("cannot list '", folder, "': ", error.message()));
    return found;
  }
  std::reverse(names.begin(), names.end());  // latest first: all names are equally long
  for (const std::string& name : names) {
    const std::optional<int64_t> step = StepOfCheckpointName(name);
    if (!step || (before && *step >= *before)) continue;
    absl::StatusOr<Checkpoint> checkpoint = Checkpoint::Open(JoinPath(folder, name), verify);
    if (checkpoint.ok()) {
      found.checkpoint = *std::move(checkpoint);
      break;
    }
    found.warnings.push_back(SkippedWarning(*step, checkpoint.status()));
  }
  return found;
}

bool HoldsCheckpoints(const std::string& folder) {
  const std::vector<std::string> names = ListNames(folder);
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return StepOfCheckpointName(name); });
}

}  // namespace

FoundCheckpoint FindLatestCheckpoint(const std::string& dump_dir, Verify verify,
                                     std::optional<int64_t> before) {
  return FindLatestIn(CheckpointsFolder(dump_dir), verify, before);
}

std::string SkippedWarning(int64_t step, const absl::Status& error) {
  return absl::StrCat("skipping checkpoint ", CheckpointName(step), ": ", error.message());
}

absl::StatusOr<FoundCheckpoint> ResolveCheckpoint(const std::string& path, Verify verify) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    return absl::NotFoundError(
        absl::StrCat("there is no checkpoint or run directory '", path, "'"));
  }
  FoundCheckpoint found;
  if (std::filesystem::exists(JoinPath(path, kManifestFile), error)) {
    MNEME_ASSIGN_OR_RETURN(found.checkpoint, Checkpoint::Open(path, verify));
    return found;
  }
  const bool is_run = std::filesystem::is_directory(CheckpointsFolder(path), error);
  if (!is_run && !HoldsCheckpoints(path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is neither a mneme checkpoint (no ", kManifestFile,
                     ") nor a run directory (no checkpoints)"));
  }
  found = FindLatestIn(is_run ? CheckpointsFolder(path) : path, verify, std::nullopt);
  if (found.checkpoint) return found;
  if (found.warnings.empty()) {
    return absl::NotFoundError(absl::StrCat("'", path, "' has no checkpoint yet"));
  }
  return absl::DataLossError(
      absl::StrCat("'", path, "' has no valid checkpoint: ", absl::StrJoin(found.warnings, "; ")));
}

}  // namespace mneme
