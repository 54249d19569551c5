// The documents of each task, from the file that its authors published.

#ifndef MNEME_DATA_TASKS_READERS_H_
#define MNEME_DATA_TASKS_READERS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/tasks/task.h"

namespace mneme {

using TaskDocuments = absl::StatusOr<std::vector<TaskDocument>>;

// jsonl of activity_label, ctx_a, ctx_b, endings, label.
TaskDocuments ReadHellaswag(const std::string& path);

// X.jsonl of goal, sol1, sol2, and beside it X-labels.lst: a line with 0 or 1 for each of its
// lines.
TaskDocuments ReadPiqa(const std::string& path);

// jsonl of question {stem, choices [{text, label}]} and answerKey, a choice's label.
TaskDocuments ReadArc(const std::string& path);

// jsonl of question and answer, a list of accepted answers.
TaskDocuments ReadNaturalQuestions(const std::string& path);

// The published .json, {"Data": [{"Question", "Answer": {"Aliases"}}]}, or jsonl of question and
// answer {aliases}.
TaskDocuments ReadTriviaQa(const std::string& path);

// jsonl of text, or a text a line. The target is what stands behind the last space.
TaskDocuments ReadLambada(const std::string& path);

// Articles that each begin with a line " = Title = ". The target is an article's text with the
// spaces that tokenization put around punctuation taken out; words and bytes are counted before.
TaskDocuments ReadWikitext(const std::string& path);

}  // namespace mneme

#endif  // MNEME_DATA_TASKS_READERS_H_
