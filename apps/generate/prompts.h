// Prompts from a file.

#ifndef MNEME_APPS_GENERATE_PROMPTS_H_
#define MNEME_APPS_GENERATE_PROMPTS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace mneme {

// Each line of a text file, without its line end (and a byte order mark, which is no text); of a
// .jsonl file the string "prompt", or "text", of each line's object, empty lines left out. Errors:
// a file that cannot be read or holds no prompt; a line that is not UTF-8 or no such object, as
// file:line.
absl::StatusOr<std::vector<std::string>> ReadPrompts(const std::string& path);

// Errors: text that is not UTF-8.
absl::Status CheckPrompt(absl::string_view prompt);

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_PROMPTS_H_
