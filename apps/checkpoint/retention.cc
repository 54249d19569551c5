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

}  // namespace

std::vector<int64_t> ExpiredSteps(std::vector<int64_t> steps, const Retention& retention) {
  std::sort(steps.begin(), steps.end(), std::greater<int64_t>());
  std::vector<int64_t> expired;
  int64_t seen = 0, eval_seen = 0;
  for (const int64_t step : steps) {
    const bool stays = retention.keep <= 0 || seen++ < retention.keep;
    const bool eval = retention.eval_every > 0 && step % retention.eval_every == 0;
    const bool eval_stays = eval && (retention.eval_keep <= 0 || eval_seen++ < retention.eval_keep);
    if (!stays && !eval_stays) expired.push_back(step);
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
