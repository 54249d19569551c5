#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/tasks/json_lines.h"
#include "data/tasks/readers.h"
#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

TaskDocument SplitAtLastSpace(absl::string_view text) {
  const size_t space = text.rfind(' ');
  if (space == absl::string_view::npos) return {.query = "", .targets = {std::string(text)}};
  return {.query = std::string(text.substr(0, space)),
          .targets = {std::string(text.substr(space + 1))}};
}

absl::StatusOr<TaskDocument> Parse(const JsonRecord& record) {
  MNEME_ASSIGN_OR_RETURN(const std::string text, record.Text("text"));
  return SplitAtLastSpace(text);
}

}  // namespace

TaskDocuments ReadLambada(const std::string& path) {
  if (!absl::EndsWith(path, ".txt")) return ReadJsonLines(path, Parse);
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> lines, ReadTextLines(path));
  std::vector<TaskDocument> documents;
  for (const std::string& line : lines) {
    if (absl::StripAsciiWhitespace(line).empty()) continue;
    documents.push_back(SplitAtLastSpace(ReplaceInvalidUtf8(line)));
  }
  if (documents.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": expected a text a line, found none"));
  }
  return documents;
}

}  // namespace mneme
