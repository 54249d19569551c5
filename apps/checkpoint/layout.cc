#include "apps/checkpoint/layout.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "glog/logging.h"

namespace mneme {
namespace {

constexpr size_t kStepDigits = 10;
constexpr int64_t kMaxStep = 9'999'999'999;
constexpr absl::string_view kTemporarySuffix = ".tmp";

}  // namespace

std::string CheckpointsFolder(const std::string& dump_dir) {
  return JoinPath(dump_dir, "checkpoints");
}

std::string CheckpointName(int64_t step) {
  CHECK(step >= 0 && step <= kMaxStep) << "step " << step;
  return absl::StrFormat("%010d", step);
}

std::optional<int64_t> StepOfCheckpointName(absl::string_view name) {
  int64_t step;
  if (name.size() != kStepDigits || !std::all_of(name.begin(), name.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(name, &step)) {
    return std::nullopt;
  }
  return step;
}

std::string TemporaryName(int64_t step) {
  return absl::StrCat(".", CheckpointName(step), kTemporarySuffix);
}

bool IsTemporaryName(absl::string_view name) {
  return absl::StartsWith(name, ".") && absl::EndsWith(name, kTemporarySuffix);
}

std::string JoinPath(const std::string& directory, absl::string_view name) {
  return (std::filesystem::path(directory) / std::string(name)).string();
}

std::vector<std::string> ListNames(const std::string& directory, std::error_code* error) {
  std::vector<std::string> names;
  std::error_code failure, ignored;
  std::filesystem::directory_iterator entry(directory, failure);
  for (; !failure && entry != std::filesystem::directory_iterator(); entry.increment(failure)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  const bool is_there = std::filesystem::symlink_status(directory, ignored).type() !=
                        std::filesystem::file_type::not_found;
  if (error != nullptr) *error = is_there ? failure : std::error_code();
  return names;
}

}  // namespace mneme
