// Texts whose probability a model is asked for, as it reads them.

#ifndef MNEME_APPS_EVAL_REQUEST_H_
#define MNEME_APPS_EVAL_REQUEST_H_

#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

struct ScoreRequest {
  std::vector<int32_t> tokens;  // context, then continuation
  int64_t first = 1;            // index of the continuation's first token, >= 1
  bool is_cut = false;          // tokens were taken away at the beginning
};

// The tokens of context + continuation, with BOS, encoded as one; those of the context alone say
// how many of them are context. White space at the end of the context goes to the continuation
// first. A model that sees `window` tokens gets the last window + 1, the last of which it only
// predicts.
ScoreRequest MakeScoreRequest(const Tokenizer& tokenizer, absl::string_view context,
                              absl::string_view continuation, int64_t window);

// Windows over a whole text, each of whose tokens is scored once: the first window's tokens behind
// BOS, and those of each further one behind the one before it. The last window reaches back as far
// as it has room.
std::vector<ScoreRequest> MakeRollingRequests(const Tokenizer& tokenizer, absl::string_view text,
                                              int64_t window);

// A prompt to complete by up to max_new_tokens: BOS and text, of which the last tokens are kept
// that leave room for the completion, but at least half a window.
struct Prompt {
  std::vector<int32_t> tokens;
  bool is_cut = false;
};
Prompt MakePrompt(const Tokenizer& tokenizer, absl::string_view text, int64_t max_new_tokens,
                  int64_t window);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_REQUEST_H_
