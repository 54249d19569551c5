// The probabilities that a model gives to texts.

#ifndef MNEME_APPS_EVAL_SCORER_H_
#define MNEME_APPS_EVAL_SCORER_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "apps/eval/request.h"
#include "apps/model/language_model.h"

namespace mneme {

struct Score {
  double log_likelihood = 0.0;  // sum over the continuation's tokens of log p, in nats
  bool is_greedy = true;        // each of them was the likeliest, of equal ones the first
};

// How much of a whole is done. An error ends the work, and is what it returns.
using OnProgress = std::function<absl::Status(int64_t done, int64_t total)>;

// Scores of groups[i][j]. The requests of a group, such as the choices of one document, often have
// one beginning, which the model then reads once: it stays in a key-value cache. The longest go
// through the model first, in batches of up to max_tokens tokens (or one group, if it has more);
// scores do not depend on the batches but for rounding. Progress is told in tokens.
absl::StatusOr<std::vector<std::vector<Score>>> ScoreGroups(
    LanguageModel* model, absl::Span<const std::vector<ScoreRequest>> groups, int64_t max_tokens,
    const OnProgress& on_progress);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_SCORER_H_
