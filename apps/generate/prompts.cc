#include "apps/generate/prompts.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "data/text/utf8.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

absl::StatusOr<std::string> JsonPrompt(absl::string_view line) {
  const auto json =
      nlohmann::json::parse(line.begin(), line.end(), nullptr, /*allow_exceptions=*/false);
  if (json.is_object()) {
    for (const char* key : {"prompt", "text"}) {
      const auto found = json.find(key);
      if (found != json.end() && found->is_string()) return found->get<std::string>();
    }
  }
  return absl::InvalidArgumentError(R"(expected a JSON object with the string "prompt" or "text")");
}

absl::StatusOr<std::string> LinePrompt(absl::string_view line, bool is_json) {
  MNEME_RETURN_IF_ERROR(CheckPrompt(line));
  if (is_json) return JsonPrompt(line);
  return std::string(line);
}

}  // namespace

absl::Status CheckPrompt(absl::string_view prompt) {
  if (IsValidUtf8(prompt)) return absl::OkStatus();
  return absl::InvalidArgumentError("expected a prompt in UTF-8, got other bytes");
}

absl::StatusOr<std::vector<std::string>> ReadPrompts(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  const auto no_prompt =
      absl::InvalidArgumentError(absl::StrCat(path, ": there is no prompt in this file"));
  absl::string_view lines = WithoutByteOrderMark(content);
  if (lines.empty()) return no_prompt;
  absl::ConsumeSuffix(&lines, "\n");
  const bool is_json = absl::EndsWith(path, ".jsonl");
  std::vector<std::string> prompts;
  int64_t number = 0;
  for (absl::string_view line : absl::StrSplit(lines, '\n')) {
    ++number;
    absl::ConsumeSuffix(&line, "\r");
    if (is_json && absl::StripAsciiWhitespace(line).empty()) continue;
    absl::StatusOr<std::string> prompt = LinePrompt(line, is_json);
    if (!prompt.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ":", number, ": ", prompt.status().message()));
    }
    prompts.push_back(*std::move(prompt));
  }
  if (prompts.empty()) return no_prompt;
  return prompts;
}

}  // namespace mneme
