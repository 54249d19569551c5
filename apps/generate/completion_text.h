// The tokens of a completion, as they come, made into text that can be shown.

#ifndef MNEME_APPS_GENERATE_COMPLETION_TEXT_H_
#define MNEME_APPS_GENERATE_COMPLETION_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "apps/generate/stop_strings.h"
#include "apps/generate/text_stream.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// Cut at a stop string, and valid UTF-8 (text_stream.h).
class CompletionText {
 public:
  // last_prompt_token: what the completion goes on from, which some tokenizers' spaces depend on.
  // `tokenizer` is borrowed.
  CompletionText(const Tokenizer* tokenizer, int32_t last_prompt_token,
                 std::vector<std::string> stops)
      : tokenizer_(tokenizer), last_token_(last_prompt_token), stops_(std::move(stops)) {}

  // The text that is sure with this token.
  std::string Append(int32_t token);

  // The rest, when no more comes.
  std::string End();

  bool stopped() const { return stops_.found(); }

 private:
  const Tokenizer* tokenizer_;
  int32_t last_token_;
  StopStrings stops_;
  TextStream stream_;
};

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_COMPLETION_TEXT_H_
