#include "apps/config/user_path.h"

#include <cstdlib>
#include <filesystem>

#include "absl/strings/match.h"

namespace mneme {

std::string UserPath(absl::string_view path) {
  if (path.empty() || path == "-") return std::string(path);
  std::filesystem::path resolved{std::string(path)};
  const char* const home = std::getenv("HOME");
  const char* const user_directory = std::getenv("BUILD_WORKING_DIRECTORY");
  if (path == "~" || absl::StartsWith(path, "~/")) {
    if (home != nullptr) resolved = std::string(home) + std::string(path.substr(1));
  } else if (user_directory != nullptr) {
    resolved = std::filesystem::path(user_directory) / resolved;  // an absolute path stays itself
  }
  std::string normal = resolved.lexically_normal().string();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  return normal;
}

}  // namespace mneme
