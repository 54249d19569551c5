#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "data/tasks/json_lines.h"
#include "data/tasks/readers.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::StatusOr<TaskDocument> Parse(const JsonRecord& record) {
  TaskDocument document;
  MNEME_ASSIGN_OR_RETURN(const std::string goal, record.Text("goal"));
  document.query = absl::StrCat("Question: ", goal, "\nAnswer:");
  for (const char* key : {"sol1", "sol2"}) {
    MNEME_ASSIGN_OR_RETURN(std::string solution, record.Text(key));
    document.targets.push_back(std::move(solution));
  }
  return document;
}

}  // namespace

TaskDocuments ReadPiqa(const std::string& path) {
  MNEME_ASSIGN_OR_RETURN(std::vector<TaskDocument> documents, ReadJsonLines(path, Parse));
  const std::string labels_path = absl::StrCat(absl::StripSuffix(path, ".jsonl"), "-labels.lst");
  const absl::StatusOr<std::vector<std::string>> labels = ReadTextLines(labels_path);
  if (absl::IsNotFound(labels.status())) {
    return absl::NotFoundError(
        absl::StrCat("expected the labels of ", path, ", a line with 0 or 1 each, in ", labels_path,
                     ", found nothing there; put the file beside the documents"));
  }
  MNEME_RETURN_IF_ERROR(labels.status());
  if (labels->size() != documents.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat(labels_path, " has ", labels->size(), " labels, but ", path, " has ",
                     documents.size(), " documents; the two files do not belong together"));
  }
  for (size_t i = 0; i < documents.size(); ++i) {
    const absl::string_view label = absl::StripAsciiWhitespace((*labels)[i]);
    if (label != "0" && label != "1") {
      return absl::InvalidArgumentError(
          absl::StrCat(labels_path, ":", i + 1, ": expected 0 or 1, got \"", label, "\""));
    }
    documents[i].gold = label == "1" ? 1 : 0;
  }
  return documents;
}

}  // namespace mneme
