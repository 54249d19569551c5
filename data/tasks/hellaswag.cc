#include <re2/re2.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "data/tasks/json_lines.h"
#include "data/tasks/readers.h"
#include "data/text/python_str.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// WikiHow's headers, such as "[title]" and "[step]", are taken out of the text.
std::string Clean(absl::string_view text) {
  std::string clean = absl::StrReplaceAll(PythonStrip(text), {{" [title]", ". "}});
  static const RE2 kHeader(R"(\[.*?\])");
  RE2::GlobalReplace(&clean, kHeader, "");
  return absl::StrReplaceAll(clean, {{"  ", " "}});
}

absl::StatusOr<TaskDocument> Parse(const JsonRecord& record) {
  TaskDocument document;
  MNEME_ASSIGN_OR_RETURN(const std::string activity, record.Text("activity_label"));
  MNEME_ASSIGN_OR_RETURN(const std::string before, record.Text("ctx_a"));
  MNEME_ASSIGN_OR_RETURN(const std::string begun, record.Text("ctx_b"));
  document.query = Clean(absl::StrCat(activity, ": ", before, " ", PythonCapitalize(begun)));
  MNEME_ASSIGN_OR_RETURN(document.targets, record.Texts("endings"));
  for (std::string& ending : document.targets) ending = Clean(ending);
  MNEME_ASSIGN_OR_RETURN(document.gold, record.Index("label", document.targets.size()));
  return document;
}

}  // namespace

TaskDocuments ReadHellaswag(const std::string& path) { return ReadJsonLines(path, Parse); }

}  // namespace mneme
