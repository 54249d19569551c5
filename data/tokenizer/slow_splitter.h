// The patterns of GPT-2 and of Llama 3 written out by hand, a character at a time: what
// RegexSplitter is tested against.

#ifndef MNEME_DATA_TOKENIZER_SLOW_SPLITTER_H_
#define MNEME_DATA_TOKENIZER_SLOW_SPLITTER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace mneme {

// The pieces of `text`, valid UTF-8.
std::vector<std::string> SlowGpt2Pieces(absl::string_view text);
std::vector<std::string> SlowLlama3Pieces(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_SLOW_SPLITTER_H_
