#include "apps/eval/recall.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "autograd/core/tape.h"
#include "autograd/ops/cross_entropy/cross_entropy.h"
#include "glog/logging.h"

namespace mneme {

GlossRow MakeGlossRow(const Tokenizer& tokenizer, absl::string_view head, absl::string_view gloss,
                      int64_t max_tokens) {
  CHECK_GE(max_tokens, 2);
  GlossRow row;
  row.tokens = tokenizer.Encode(head, /*bos=*/true, /*eos=*/false);
  const int64_t too_many = static_cast<int64_t>(row.tokens.size()) - max_tokens / 2;
  if (too_many > 0) row.tokens.erase(row.tokens.begin(), row.tokens.begin() + too_many);
  // By itself, so that the head is the same for every gloss.
  std::vector<int32_t> scored =
      tokenizer.Encode(absl::StrCat(" ", gloss), /*bos=*/false, /*eos=*/false);
  row.first = static_cast<int64_t>(row.tokens.size());
  const int64_t room = max_tokens - row.first;
  row.is_cut = static_cast<int64_t>(scored.size()) > room;
  if (row.is_cut) scored.resize(room);
  row.text_bytes = tokenizer.TextBytes(scored);
  row.tokens.insert(row.tokens.end(), scored.begin(), scored.end());
  return row;
}

std::vector<double> LogLikelihoods(LanguageModel* model, absl::Span<const GlossRow> rows) {
  TapeScope no_tape(nullptr);
  int64_t width = 0;  // tokens that the model reads of the longest row: all but its last
  for (const GlossRow& row : rows) {
    width = std::max<int64_t>(width, static_cast<int64_t>(row.tokens.size()) - 1);
  }
  const int64_t n_rows = static_cast<int64_t>(rows.size());
  std::vector<int32_t> inputs(n_rows * width, 0), targets(n_rows * width, 0);
  for (int64_t r = 0; r < n_rows; ++r) {
    const std::vector<int32_t>& tokens = rows[r].tokens;
    std::copy(tokens.begin(), tokens.end() - 1, inputs.begin() + r * width);
    std::copy(tokens.begin() + 1, tokens.end(), targets.begin() + r * width);
  }
  const Device device = model->device();
  const Tensor logits = model->Logits(Tensor::From<int32_t>({n_rows, width}, inputs, device))
                            .value();  // [rows, width, V]
  const std::vector<float> losses =    // [rows, width]
      TokenLosses(logits, Tensor::From<int32_t>({n_rows, width}, targets, device))
          .ToVector<float>();
  std::vector<double> log_likelihoods(n_rows, 0.0);
  for (int64_t r = 0; r < n_rows; ++r) {
    const int64_t end = static_cast<int64_t>(rows[r].tokens.size());
    for (int64_t t = rows[r].first; t < end; ++t) {
      log_likelihoods[r] -= losses[r * width + t - 1];
    }
  }
  return log_likelihoods;
}

RecallScore MeasureRecall(LanguageModel* model, const Tokenizer& tokenizer,
                          absl::Span<const RecallQuestion> questions,
                          const std::function<void(int64_t done)>& on_question) {
  RecallScore score;
  for (const RecallQuestion& question : questions) {
    std::vector<GlossRow> rows;
    std::vector<int64_t> text_bytes;
    for (const std::string& gloss : question.glosses) {
      rows.push_back(MakeGlossRow(tokenizer, question.head, gloss, model->config().max_seqlen + 1));
      text_bytes.push_back(rows.back().text_bytes);
      score.cut_glosses += rows.back().is_cut;
    }
    score.Add(LogLikelihoods(model, rows), text_bytes);
    if (on_question) on_question(score.total.questions);
  }
  return score;
}

}  // namespace mneme
