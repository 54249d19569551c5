#include "apps/eval/recall_questions.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "runtime/random/philox_stream.h"

namespace mneme {

absl::StatusOr<std::vector<TaskDocument>> SampleQuestions(absl::Span<const WordNetEntry> entries,
                                                          bool held_out, int64_t count,
                                                          uint64_t seed) {
  std::vector<const WordNetEntry*> part;
  absl::flat_hash_set<absl::string_view> glosses;
  for (const WordNetEntry& entry : entries) {
    if (entry.held_out == held_out && glosses.insert(entry.gloss).second) part.push_back(&entry);
  }
  const int64_t size = static_cast<int64_t>(part.size());
  if (size < kRecallGlosses) {
    return absl::FailedPreconditionError(
        absl::StrCat("recall needs ", kRecallGlosses, " WordNet entries that are ",
                     held_out ? "held out" : "not held out", ", found ", size));
  }
  PhiloxStream random(MakePhiloxKey(seed, HashName("eval.recall"), held_out ? 1 : 0));
  random.Shuffle(part);
  std::vector<TaskDocument> questions;
  for (int64_t i = 0; i < std::min(count, size); ++i) {
    std::vector<int64_t> chosen = {i};
    while (static_cast<int64_t>(chosen.size()) < kRecallGlosses) {
      const int64_t other = static_cast<int64_t>(random.Below(size));
      if (std::count(chosen.begin(), chosen.end(), other) == 0) chosen.push_back(other);
    }
    TaskDocument question = {.query = part[i]->head};
    question.gold = static_cast<int64_t>(random.Below(kRecallGlosses));
    std::swap(chosen[0], chosen[question.gold]);
    for (int64_t entry : chosen) question.targets.push_back(part[entry]->gloss);
    questions.push_back(std::move(question));
  }
  return questions;
}

}  // namespace mneme
