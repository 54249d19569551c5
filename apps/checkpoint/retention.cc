#include "apps/checkpoint/retention.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/layout.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::Status RemoveTree(const std::string& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (!error) return absl::OkStatus();
  return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot remove '", path, "'"));
}

bool HasManifest(const std::string& folder) {
  std::error_code error;
  return std::filesystem::is_regular_file(JoinPath(folder, kManifestFile), error);
}

// Whether a checkpoint stays of whose kind `seen` newer ones have been counted, and counts it.
bool Keeps(int64_t keep, int64_t* seen) { return keep <= 0 || (*seen)++ < keep; }

bool IsMultiple(int64_t step, int64_t every) { return every > 0 && step % every == 0; }

}  // namespace

std::vector<int64_t> ExpiredSteps(std::vector<int64_t> steps, const Retention& retention) {
  std::sort(steps.begin(), steps.end(), std::greater<int64_t>());
  std::vector<int64_t> expired;
  int64_t dumps_seen = 0, evals_seen = 0;
  for (const int64_t step : steps) {
    const bool is_eval = IsMultiple(step, retention.eval_every);
    const bool is_dump = !is_eval || IsMultiple(step, retention.dump_every);
    const bool dump_stays = is_dump && Keeps(retention.keep, &dumps_seen);
    const bool eval_stays = is_eval && Keeps(retention.eval_keep, &evals_seen);
    if (!dump_stays && !eval_stays) expired.push_back(step);
  }
  std::reverse(expired.begin(), expired.end());
  return expired;
}

absl::Status RemoveExpiredCheckpoints(const std::string& dump_dir, int64_t step,
                                      const Retention& retention) {
  const std::string folder = CheckpointsFolder(dump_dir);
  std::vector<int64_t> steps;
  for (const std::string& name : ListNames(folder)) {
    const std::optional<int64_t> other = StepOfCheckpointName(name);
    if (other && *other <= step && HasManifest(JoinPath(folder, name))) steps.push_back(*other);
  }
  for (const int64_t expired : ExpiredSteps(std::move(steps), retention)) {
    MNEME_RETURN_IF_ERROR(RemoveCheckpoint(dump_dir, expired));
  }
  return absl::OkStatus();
}

absl::Status RemoveCheckpoint(const std::string& dump_dir, int64_t step) {
  const std::string folder = CheckpointsFolder(dump_dir);
  const std::string path = JoinPath(folder, CheckpointName(step));
  const std::string temporary = JoinPath(folder, TemporaryName(step));
  MNEME_RETURN_IF_ERROR(RemoveTree(temporary));
  std::error_code error;
  std::filesystem::rename(path, temporary, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot remove '", path, "'"));
  }
  return RemoveTree(temporary);
}

absl::Status RemoveTemporaries(const std::string& dump_dir) {
  const std::string folder = CheckpointsFolder(dump_dir);
  for (const std::string& name : ListNames(folder)) {
    if (IsTemporaryName(name)) MNEME_RETURN_IF_ERROR(RemoveTree(JoinPath(folder, name)));
  }
  return absl::OkStatus();
}

}  // namespace mneme
