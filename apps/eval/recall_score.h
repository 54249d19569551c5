// Counting right answers to multiple-choice questions.

#ifndef MNEME_APPS_EVAL_RECALL_SCORE_H_
#define MNEME_APPS_EVAL_RECALL_SCORE_H_

#include <cstdint>

#include "absl/types/span.h"

namespace mneme {

// A share of right answers p out of n, and its standard error sqrt(p (1 - p) / n).
struct Accuracy {
  int64_t right = 0;
  int64_t questions = 0;

  double share() const;
  double standard_error() const;
};

struct RecallScore {
  Accuracy total;     // the likeliest gloss is chosen
  Accuracy per_byte;  // the one likeliest for its length, which favours no short ones
  int64_t glosses = 0;
  int64_t cut_glosses = 0;  // of these, scored by their beginning: they were too long

  // One question. log_likelihoods: [choices], in nats; text_bytes: [choices], > 0, what they are
  // of. The right answer is the first, and is chosen if its score is above every other: a model
  // that tells nothing apart, or gives NaN, is never right.
  void Add(absl::Span<const double> log_likelihoods, absl::Span<const int64_t> text_bytes);
};

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RECALL_SCORE_H_
