// Paths as the user means them.

#ifndef MNEME_APPS_CONFIG_USER_PATH_H_
#define MNEME_APPS_CONFIG_USER_PATH_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// `path` as a program can open it. A relative one is relative to the directory the user stands
// in: `bazel run` changes the directory and leaves theirs in BUILD_WORKING_DIRECTORY. A leading
// ~/ is the home directory. "" stays "", and "-" (standard input) stays "-".
std::string UserPath(absl::string_view path);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_USER_PATH_H_
