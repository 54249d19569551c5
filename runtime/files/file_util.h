// Whole files and directories. Every error names the path and the reason.

#ifndef MNEME_RUNTIME_FILES_FILE_UTIL_H_
#define MNEME_RUNTIME_FILES_FILE_UTIL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// The contents of a file; of a pipe, all that comes until its end.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Makes a directory and those above it; OK if it exists.
absl::Status MakeDirs(const std::string& path);

// Makes the names in a directory durable: a file created or renamed in it is then found after a
// power cut.
absl::Status SyncDirectory(const std::string& path);

// The paths DIRECTORY/NAME of all regular files (or links to such) whose name ends in `suffix`,
// sorted by name.
absl::StatusOr<std::vector<std::string>> ListFiles(const std::string& directory,
                                                   absl::string_view suffix);

// "." for a bare file name.
std::string ParentDirectory(const std::string& path);

}  // namespace mneme

#endif  // MNEME_RUNTIME_FILES_FILE_UTIL_H_
