// Whether a model knows which gloss belongs to a head.

#ifndef MNEME_APPS_EVAL_RECALL_H_
#define MNEME_APPS_EVAL_RECALL_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "apps/eval/recall_questions.h"
#include "apps/eval/recall_score.h"
#include "apps/model/language_model.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// A gloss behind its head, as a model reads it.
struct GlossRow {
  std::vector<int32_t> tokens;  // BOS, head, space, gloss
  int64_t first = 0;            // index of the first token to score: the space before the gloss
  int64_t text_bytes = 0;       // of the tokens to score
  bool is_cut = false;          // does not hold all of the gloss
};

// At most max_tokens >= 2 of them. A head that would take more than half of the room loses its
// beginning, whatever the gloss; then a gloss that is too long loses its end.
GlossRow MakeGlossRow(const Tokenizer& tokenizer, absl::string_view head, absl::string_view gloss,
                      int64_t max_tokens);

// Of each row: sum over its tokens t to score of log p(t | the tokens before), in nats. All rows
// go through the model as one batch, padded on the right: attention is causal, so that no token
// sees the padding.
std::vector<double> LogLikelihoods(LanguageModel* model, absl::Span<const GlossRow> rows);

// Asks the model all questions. A row has at most the model's max_seqlen + 1 tokens. on_question,
// if given, is called with the number of questions done.
RecallScore MeasureRecall(LanguageModel* model, const Tokenizer& tokenizer,
                          absl::Span<const RecallQuestion> questions,
                          const std::function<void(int64_t done)>& on_question = nullptr);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RECALL_H_
