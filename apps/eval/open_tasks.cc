#include "apps/eval/open_tasks.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "apps/config/edit_distance.h"
#include "apps/config/user_path.h"
#include "apps/eval/document_task.h"
#include "data/tasks/task.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr absl::string_view kVal = "val", kRecall = "recall";

std::vector<std::string> TaskNames() {
  std::vector<std::string> names = {std::string(kRecall), std::string(kVal)};
  for (const TaskSpec& spec : TaskSpecs()) names.emplace_back(spec.name);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status UnknownTask(const std::string& name) {
  const std::vector<std::string> names = TaskNames();
  const auto nearest =
      std::min_element(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
        return EditDistance(name, a) < EditDistance(name, b);
      });
  return absl::InvalidArgumentError(absl::StrCat("harness.tasks: there is no task '", name,
                                                 "'; did you mean '", *nearest, "'? There are ",
                                                 absl::StrJoin(names, ", ")));
}

}  // namespace

absl::Status CheckTaskNames(const HarnessConfig& harness) {
  const std::vector<std::string> names = TaskNames();
  std::set<std::string> seen;
  for (const HarnessTask& task : harness.tasks) {
    if (!std::binary_search(names.begin(), names.end(), task.task)) return UnknownTask(task.task);
    if (!seen.insert(task.task).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("harness.tasks names ", task.task, " twice; remove one"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<EvalTask>> OpenTask(const HarnessTask& task,
                                                   const HarnessConfig& harness,
                                                   const ValOptions& val) {
  const std::optional<int64_t> limit = task.limit ? task.limit : harness.limit;
  const bool is_corpus_task = task.task == kVal || task.task == kRecall;
  if (is_corpus_task && (task.num_fewshot || !task.file.empty() || !task.fewshot_file.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "task ", task.task, " has no file, fewshot_file or num_fewshot; leave them out",
        task.task == kVal ? "; it reads the run's data, or that of data=" : ""));
  }
  if (task.task == kVal) {
    ValOptions options = val;
    options.limit = limit;
    return MakeValTask(options);
  }
  if (task.task == kRecall) {
    RecallOptions options = {.wordnet_dir = val.data.wordnet_dir};
    options.questions = limit.value_or(options.questions);
    return OpenRecallTask(options);
  }
  const TaskSpec* const spec = FindTaskSpec(task.task);
  if (spec == nullptr) return UnknownTask(task.task);
  return OpenDocumentTask(*spec,
                          {.data_dir = UserPath(harness.data_dir.empty() ? "." : harness.data_dir),
                           .file = UserPath(task.file),
                           .fewshot_file = UserPath(task.fewshot_file),
                           .num_fewshot = task.num_fewshot ? task.num_fewshot : harness.num_fewshot,
                           .limit = limit});
}

absl::StatusOr<std::vector<std::unique_ptr<EvalTask>>> OpenTasks(const HarnessConfig& harness,
                                                                 const ValOptions& val) {
  MNEME_RETURN_IF_ERROR(CheckTaskNames(harness));
  std::vector<std::unique_ptr<EvalTask>> tasks;
  for (const HarnessTask& task : harness.tasks) {
    MNEME_ASSIGN_OR_RETURN(std::unique_ptr<EvalTask> opened, OpenTask(task, harness, val));
    tasks.push_back(std::move(opened));
  }
  return tasks;
}

}  // namespace mneme
