// Where text is cut before byte-pair encoding: no token reaches over the border of a piece.

#ifndef MNEME_DATA_TOKENIZER_REGEX_SPLITTER_H_
#define MNEME_DATA_TOKENIZER_REGEX_SPLITTER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "re2/re2.h"

namespace mneme {

// The patterns of GPT-2 and of Llama 3.
extern const absl::string_view kGpt2Pattern;
extern const absl::string_view kLlama3Pattern;

// The pieces of a text are the matches of a regular expression, one behind the other, and what
// lies between two matches. \s, \d and (?i) mean Unicode's white space, digits and simple folding.
class RegexSplitter {
 public:
  // RE2 knows no lookahead. The one that tokenizers have is allowed at the end: `|\s+(?!\S)|\s+`,
  // or `\s` as the last alternative. A run of white space that text follows leaves its last
  // character to that text.
  // Errors: InvalidArgument, with the pattern, for one that RE2 refuses or would read differently,
  // and for one that matches an empty piece.
  static absl::StatusOr<RegexSplitter> Create(absl::string_view pattern);

  // Length in bytes of the first piece of `text`, which is not empty. May be called from several
  // threads. Whatever the text, cutting off piece after piece takes time linear in its length for
  // the patterns above.
  size_t FirstPiece(absl::string_view text) const;

 private:
  RegexSplitter() = default;

  std::unique_ptr<const RE2> piece_;  // without the last two alternatives if the next is true
  bool keeps_space_for_text_ = false;
  std::unique_ptr<const RE2> next_;  // also matches a white space in that case
};

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_REGEX_SPLITTER_H_
