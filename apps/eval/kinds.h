// How a model is put to each kind of task.

#ifndef MNEME_APPS_EVAL_KINDS_H_
#define MNEME_APPS_EVAL_KINDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/eval/eval_task.h"
#include "data/tasks/task.h"

namespace mneme {

struct DocumentSet {
  std::string task;
  std::vector<TaskDocument> documents;  // at least one
  std::vector<std::string> prompts;     // of each: its query, and what stands before it
  bool drops_articles = false;          // see IsAccepted
};

// All return metrics, a sample for each document and, where a text was longer than the model's
// window and lost its beginning, a note. Errors: those of on_progress.

// " " + target behind the prompt, for each target; the largest score is chosen, of equal ones the
// first. acc: by log-likelihood; acc_norm: by that per character of the target.
absl::StatusOr<TaskResult> RunChoices(const DocumentSet& set, const EvalModel& model,
                                      const OnProgress& on_progress);

// The prompt's greedy completion, cut before the first newline, full stop or comma, without space
// around it. exact_match: whether it is one of the targets (IsAccepted).
absl::StatusOr<TaskResult> RunAnswers(const DocumentSet& set, const EvalModel& model,
                                      const OnProgress& on_progress);

// The first target behind the prompt. perplexity: of this word, e^(-mean log-likelihood); acc:
// whether greedy decoding gives it.
absl::StatusOr<TaskResult> RunLastWords(const DocumentSet& set, const EvalModel& model,
                                        const OnProgress& on_progress);

// The first target as a text of its own, in windows. word_perplexity, byte_perplexity and
// bits_per_byte: all texts' log-likelihood over all their words or bytes.
absl::StatusOr<TaskResult> RunTexts(const DocumentSet& set, const EvalModel& model,
                                    const OnProgress& on_progress);

// Adds the note "3 of 400 texts are longer than the model's window and lost their beginning".
void NoteCut(int64_t cut, size_t texts, TaskResult* result);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_KINDS_H_
