// Which rows of its tables a model picks for each token of a prompt.

#ifndef MNEME_APPS_INSPECT_PROMPT_PICKS_H_
#define MNEME_APPS_INSPECT_PROMPT_PICKS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/types/span.h"
#include "apps/model/language_model.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// The picks of one memory layer for T tokens.
struct LayerPicks {
  int64_t layer = 0;  // of the transformer
  int64_t heads = 0;  // M
  int64_t knn = 0;
  int64_t n_keys = 0;          // the table has n_keys^2 rows; row i n_keys + j has the keys i and j
  std::vector<int64_t> rows;   // [T, M, knn], best first
  std::vector<float> weights;  // [T, M, knn], softmax over the picks of a head

  int64_t tokens() const { return static_cast<int64_t>(rows.size()) / (heads * knn); }
  int64_t n_rows() const { return n_keys * n_keys; }
};

struct PromptPicks {
  std::string prompt;
  std::vector<std::string> tokens;  // [T], as TokenTexts gives them
  bool is_cut = false;              // the model's window holds the prompt's last T tokens alone
  std::vector<LayerPicks> layers;
};

// Runs the model over `tokens`, at most its max_seqlen. One element for each memory layer.
std::vector<LayerPicks> PickRows(LanguageModel* model, absl::Span<const int32_t> tokens);

PromptPicks PickRowsOf(LanguageModel* model, const Tokenizer& tokenizer, const std::string& prompt);

// Each token as text: of one that is a part of a character only, its bytes as "<C3>"; <bos> and
// <eos>.
std::vector<std::string> TokenTexts(const Tokenizer& tokenizer, absl::Span<const int32_t> tokens);

}  // namespace mneme

#endif  // MNEME_APPS_INSPECT_PROMPT_PICKS_H_
