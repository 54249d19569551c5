#include "absl/strings/str_cat.h"
#include "data/tasks/json_lines.h"
#include "data/tasks/readers.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::StatusOr<TaskDocument> Parse(const JsonRecord& record) {
  TaskDocument document;
  MNEME_ASSIGN_OR_RETURN(const JsonRecord question, record.Object("question"));
  MNEME_ASSIGN_OR_RETURN(const std::string stem, question.Text("stem"));
  document.query = absl::StrCat("Question: ", stem, "\nAnswer:");
  MNEME_ASSIGN_OR_RETURN(const std::string key, record.Text("answerKey"));
  MNEME_ASSIGN_OR_RETURN(const std::vector<JsonRecord> choices, question.Objects("choices"));
  document.gold = -1;
  for (const JsonRecord& choice : choices) {
    MNEME_ASSIGN_OR_RETURN(const std::string label, choice.Text("label"));
    MNEME_ASSIGN_OR_RETURN(std::string text, choice.Text("text"));
    if (label == key) document.gold = static_cast<int64_t>(document.targets.size());
    document.targets.push_back(std::move(text));
  }
  if (document.gold < 0) {
    return record.Error(
        absl::StrCat("expected answerKey to be the label of a choice, got \"", key, "\""));
  }
  return document;
}

}  // namespace

TaskDocuments ReadArc(const std::string& path) { return ReadJsonLines(path, Parse); }

}  // namespace mneme
