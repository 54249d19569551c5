// The tasks whose documents come from files, as data/tasks defines them.

#ifndef MNEME_APPS_EVAL_DOCUMENT_TASK_H_
#define MNEME_APPS_EVAL_DOCUMENT_TASK_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "apps/eval/eval_task.h"
#include "data/tasks/task.h"

namespace mneme {

struct DocumentTaskOptions {
  std::string data_dir;
  std::string file;                    // of the documents; "": the one in data_dir
  std::string fewshot_file;            // of the examples; "": the one in data_dir
  std::optional<int64_t> num_fewshot;  // unset: the task's own number
  std::optional<int64_t> limit;        // only the first documents
};

// Reads the documents and makes their prompts. Errors: those of FindTaskFile, of reading and of
// MakePrompts; examples for a task that has none.
absl::StatusOr<std::unique_ptr<EvalTask>> OpenDocumentTask(const TaskSpec& spec,
                                                           const DocumentTaskOptions& options);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_DOCUMENT_TASK_H_
