// Multiple-choice questions about a dictionary: which gloss belongs to a head?

#ifndef MNEME_APPS_EVAL_RECALL_QUESTIONS_H_
#define MNEME_APPS_EVAL_RECALL_QUESTIONS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "data/tasks/task.h"
#include "data/wordnet/wordnet_entry.h"

namespace mneme {

constexpr int64_t kRecallGlosses = 10;  // to choose from: chance is 1 in 10

// Questions such as "heron (noun):" about `count` random entries, each once, of those that are held
// out or of those that are not; about all of them if they are fewer. The targets are
// kRecallGlosses different glosses in random order. The wrong ones are those of random other
// entries of the same part: a model that has seen one of the glosses has seen all, or none.
// Entries that share a gloss count as one, the first. A function of entries and seed alone.
// Errors: FailedPrecondition if there are not enough glosses to choose from.
absl::StatusOr<std::vector<TaskDocument>> SampleQuestions(absl::Span<const WordNetEntry> entries,
                                                          bool held_out, int64_t count,
                                                          uint64_t seed);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RECALL_QUESTIONS_H_
