#include "apps/eval/request.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "data/text/python_str.h"
#include "glog/logging.h"

namespace mneme {
namespace {

// Keeps the last `count` tokens; returns how many were there before them.
int64_t KeepLast(int64_t count, std::vector<int32_t>* tokens) {
  const int64_t extra = std::max<int64_t>(0, static_cast<int64_t>(tokens->size()) - count);
  tokens->erase(tokens->begin(), tokens->begin() + extra);
  return extra;
}

}  // namespace

ScoreRequest MakeScoreRequest(const Tokenizer& tokenizer, absl::string_view context,
                              absl::string_view continuation, int64_t window) {
  const absl::string_view head = PythonRStrip(context);
  const absl::string_view space = context.substr(head.size());
  ScoreRequest request;
  request.tokens =
      tokenizer.Encode(absl::StrCat(head, space, continuation), /*bos=*/true, /*eos=*/false);
  const int64_t context_tokens =
      static_cast<int64_t>(tokenizer.Encode(head, /*bos=*/true, /*eos=*/false).size());
  const int64_t cut = KeepLast(window + 1, &request.tokens);
  request.is_cut = cut > 0;
  request.first = std::clamp<int64_t>(context_tokens - cut, 1, request.tokens.size());
  return request;
}

std::vector<ScoreRequest> MakeRollingRequests(const Tokenizer& tokenizer, absl::string_view text,
                                              int64_t window) {
  const std::vector<int32_t> tokens = tokenizer.Encode(text, /*bos=*/true, /*eos=*/false);
  const int64_t count = static_cast<int64_t>(tokens.size());
  std::vector<ScoreRequest> requests;
  for (int64_t scored = 1; scored < count;) {
    const int64_t end = std::min(scored + window, count);
    const int64_t begin = std::max<int64_t>(0, end - window - 1);
    requests.push_back(
        {.tokens = {tokens.begin() + begin, tokens.begin() + end}, .first = scored - begin});
    scored = end;
  }
  return requests;
}

Prompt MakePrompt(const Tokenizer& tokenizer, absl::string_view text, int64_t max_new_tokens,
                  int64_t window) {
  Prompt prompt;
  prompt.tokens = tokenizer.Encode(text, /*bos=*/true, /*eos=*/false);
  prompt.is_cut = KeepLast(std::max(window - max_new_tokens, (window + 1) / 2), &prompt.tokens) > 0;
  return prompt;
}

}  // namespace mneme
