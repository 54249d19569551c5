#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "data/tasks/json_lines.h"
#include "data/tasks/readers.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::StatusOr<TaskDocument> ParseNaturalQuestion(const JsonRecord& record) {
  TaskDocument document;
  MNEME_ASSIGN_OR_RETURN(const std::string question, record.Text("question"));
  document.query = absl::StrCat("Q: ", question, "?\nA:");
  MNEME_ASSIGN_OR_RETURN(document.targets, record.Texts("answer"));
  return document;
}

absl::StatusOr<TaskDocument> ParseTrivia(const JsonRecord& record) {
  const bool published = record.Has("Question");
  TaskDocument document;
  MNEME_ASSIGN_OR_RETURN(const std::string question,
                         record.Text(published ? "Question" : "question"));
  document.query = absl::StrCat("Question: ", question, "?\nAnswer:");
  MNEME_ASSIGN_OR_RETURN(const JsonRecord answer, record.Object(published ? "Answer" : "answer"));
  MNEME_ASSIGN_OR_RETURN(document.targets, answer.Texts(published ? "Aliases" : "aliases"));
  return document;
}

}  // namespace

TaskDocuments ReadNaturalQuestions(const std::string& path) {
  return ReadJsonLines(path, ParseNaturalQuestion);
}

TaskDocuments ReadTriviaQa(const std::string& path) {
  return absl::EndsWith(path, ".json") ? ReadJsonList(path, "Data", ParseTrivia)
                                       : ReadJsonLines(path, ParseTrivia);
}

}  // namespace mneme
