#include "memory_layer/value_store/memory_check.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace mneme {
namespace {

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// The number after `key` in a file of lines such as "MemAvailable:   123 kB", as it stands there.
std::optional<int64_t> FindNumber(const std::string& path, absl::string_view key) {
  for (const std::string& line : ReadLines(path)) {
    std::istringstream words(line);
    std::string name;
    int64_t number;
    if (words >> name && absl::string_view(name) == key && words >> number) return number;
  }
  return std::nullopt;
}

// A file that holds one number. "max" is no number: no limit.
std::optional<int64_t> ReadNumber(const std::string& path) {
  int64_t number;
  const std::vector<std::string> lines = ReadLines(path);
  if (lines.empty() || !absl::SimpleAtoi(lines[0], &number)) return std::nullopt;
  return number;
}

void Lower(std::optional<int64_t>& bound, std::optional<int64_t> other) {
  if (other && (!bound || *other < *bound)) bound = other;
}

// What a group's limit leaves, counting pages of files that can be dropped as free.
std::optional<int64_t> LeftInGroup(const std::string& folder, bool v2) {
  const auto limit = ReadNumber(folder + (v2 ? "/memory.max" : "/memory.limit_in_bytes"));
  const auto used = ReadNumber(folder + (v2 ? "/memory.current" : "/memory.usage_in_bytes"));
  if (!limit || !used) return std::nullopt;
  const int64_t droppable =
      FindNumber(folder + "/memory.stat", v2 ? "inactive_file" : "total_inactive_file").value_or(0);
  return std::max<int64_t>(0, *limit - *used + droppable);
}

// The least that any group from `path` up to the top leaves. In a container the path may be that
// of the host, and only the top be there.
std::optional<int64_t> LeftInGroups(const std::string& top, std::string path, bool v2) {
  std::optional<int64_t> left;
  while (!path.empty() && path != "/") {
    Lower(left, LeftInGroup(top + path, v2));
    path.resize(path.rfind('/'));
  }
  Lower(left, LeftInGroup(top, v2));
  return left;
}

}  // namespace

std::optional<int64_t> AvailableMemoryBytes(absl::string_view root) {
  const std::string proc = absl::StrCat(root, "/proc"),
                    groups = absl::StrCat(root, "/sys/fs/cgroup");
  std::optional<int64_t> available = FindNumber(proc + "/meminfo", "MemAvailable:");
  if (available) *available *= 1024;
  // Lines are "0::/path" for version 2, and "5:memory:/path" for version 1.
  for (const std::string& line : ReadLines(proc + "/self/cgroup")) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3 || parts[2].empty() || parts[2][0] != '/') continue;
    if (parts[0] == "0") Lower(available, LeftInGroups(groups, parts[2], /*v2=*/true));
    const std::vector<std::string> controllers = absl::StrSplit(parts[1], ',');
    if (std::count(controllers.begin(), controllers.end(), "memory") > 0) {
      Lower(available, LeftInGroups(groups + "/memory", parts[2], /*v2=*/false));
    }
  }
  return available;
}

absl::Status CheckFitsInMemory(int64_t bytes_needed, absl::string_view what,
                               absl::string_view root) {
  const std::optional<int64_t> available = AvailableMemoryBytes(root);
  if (!available || bytes_needed <= *available) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat(what, " with optimizer state need ", MemorySizeString(bytes_needed),
                   " of memory, and ", MemorySizeString(*available),
                   " are available. Fewer keys (mem_n_keys), a smaller mem_v_dim, or "
                   "mem_share_values need less."));
}

std::string MemorySizeString(int64_t bytes) {
  if (bytes < 1024) return absl::StrCat(bytes, " bytes");
  double size = static_cast<double>(bytes) / 1024;
  const char* const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  int unit = 0;
  for (; size >= 1024 && unit < 4; ++unit) size /= 1024;
  return absl::StrFormat("%.2f %s", size, units[unit]);
}

}  // namespace mneme
