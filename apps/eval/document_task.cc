#include "apps/eval/document_task.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/eval/kinds.h"
#include "data/tasks/prompts.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

class DocumentTask : public EvalTask {
 public:
  DocumentTask(TaskKind kind, DocumentSet set) : kind_(kind), set_(std::move(set)) {}

  const std::string& name() const override { return set_.task; }

  absl::StatusOr<TaskResult> Run(const EvalModel& model, const OnProgress& on_progress) override {
    switch (kind_) {
      case TaskKind::kChoice:
        return RunChoices(set_, model, on_progress);
      case TaskKind::kAnswer:
        return RunAnswers(set_, model, on_progress);
      case TaskKind::kLastWord:
        return RunLastWords(set_, model, on_progress);
      case TaskKind::kText:
        break;
    }
    return RunTexts(set_, model, on_progress);
  }

 private:
  const TaskKind kind_;
  const DocumentSet set_;
};

absl::StatusOr<std::vector<TaskDocument>> ReadExamples(const TaskSpec& spec,
                                                       const DocumentTaskOptions& options) {
  if (spec.shot_files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("task ", spec.name, " has no examples; set num_fewshot to 0"));
  }
  if (!options.fewshot_file.empty()) return spec.read(options.fewshot_file);
  const auto path = FindTaskFile(spec.name, spec.shot_files, spec.layout, options.data_dir);
  if (absl::IsNotFound(path.status())) {
    return absl::NotFoundError(absl::StrCat(
        path.status().message(),
        ", name a file of examples as the task's fewshot_file, or set num_fewshot to 0"));
  }
  MNEME_RETURN_IF_ERROR(path.status());
  return spec.read(*path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<EvalTask>> OpenDocumentTask(const TaskSpec& spec,
                                                           const DocumentTaskOptions& options) {
  std::string path = options.file;
  if (path.empty()) {
    MNEME_ASSIGN_OR_RETURN(path,
                           FindTaskFile(spec.name, spec.files, spec.layout, options.data_dir));
  }
  DocumentSet set = {.task = std::string(spec.name), .drops_articles = spec.drops_articles};
  MNEME_ASSIGN_OR_RETURN(set.documents, spec.read(path));
  if (options.limit && *options.limit < static_cast<int64_t>(set.documents.size())) {
    set.documents.resize(*options.limit);
  }
  const int64_t shots = options.num_fewshot.value_or(spec.shots);
  std::vector<TaskDocument> examples;
  if (shots > 0) {
    MNEME_ASSIGN_OR_RETURN(examples, ReadExamples(spec, options));
  }
  MNEME_ASSIGN_OR_RETURN(set.prompts, MakePrompts(spec, set.documents, examples, shots));
  return std::make_unique<DocumentTask>(spec.kind, std::move(set));
}

}  // namespace mneme
