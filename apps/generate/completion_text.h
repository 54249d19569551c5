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
  // begins_text: of an empty prompt. `tokenizer` is borrowed.
  CompletionText(const Tokenizer* tokenizer, bool begins_text, std::vector<std::string> stops)
      : tokenizer_(tokenizer), begins_text_(begins_text), stops_(std::move(stops)) {}

  // The text that is sure with this token.
  std::string Append(int32_t token);

  // The rest, when no more comes.
  std::string End();

  bool stopped() const { return stops_.found(); }

 private:
  const Tokenizer* tokenizer_;
  bool begins_text_;
  StopStrings stops_;
  TextStream stream_;
};

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_COMPLETION_TEXT_H_
