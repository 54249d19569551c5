// Evaluation tasks: what is asked, where it is read from, and how an answer is judged. The
// definitions are those of EleutherAI's lm-evaluation-harness 0.4.

#ifndef MNEME_DATA_TASKS_TASK_H_
#define MNEME_DATA_TASKS_TASK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace mneme {

struct TaskDocument {
  std::string query;                 // what a model reads before a target
  std::vector<std::string> targets;  // never empty; without the space that parts them from a query
  int64_t gold = 0;                  // the target that is right, and shown in an example
  // kText only, of the text as the file has it.
  int64_t words = 0;
  int64_t text_bytes = 0;

  friend bool operator==(const TaskDocument&, const TaskDocument&) = default;
};

enum class TaskKind {
  kChoice,    // the likeliest of the targets is chosen
  kAnswer,    // the completion of the query must be one of the targets
  kLastWord,  // how likely the one target is, and whether it is what greedy decoding gives
  kText,      // how likely a whole text is; the query is empty
};

struct TaskSpec {
  absl::string_view name;
  TaskKind kind;
  // File names of the documents and of the examples, as FindTaskFile takes them; without names of
  // the latter a task has no examples.
  std::vector<absl::string_view> files;
  std::vector<absl::string_view> shot_files;
  absl::string_view layout;  // what is in such a file, for messages: the end of a sentence
  absl::StatusOr<std::vector<TaskDocument>> (*read)(const std::string& path);
  // A prompt is the description, then examples (query, space, target, separator), then the query.
  absl::string_view description = "";
  absl::string_view shot_separator = "\n\n";
  int64_t shots = 0;            // by default
  int64_t spare_shots = 1;      // drawn beyond those, since a document is no example for itself
  bool drops_articles = false;  // kAnswer: see NormaliseAnswer
};

// All tasks whose documents are read from files.
absl::Span<const TaskSpec> TaskSpecs();

// nullptr if there is none of this name.
const TaskSpec* FindTaskSpec(absl::string_view name);

// The path of the first of `names` that exists in data_dir/TASK or data_dir; a * in a name stands
// for anything, and must then fit one file only. `layout` is for the message.
// Errors: NotFound, naming what is expected where; InvalidArgument if several files fit.
absl::StatusOr<std::string> FindTaskFile(absl::string_view task,
                                         absl::Span<const absl::string_view> names,
                                         absl::string_view layout, const std::string& data_dir);

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_TASK_H_
