// The program //apps:tokenizer, without its main.

#ifndef MNEME_APPS_TOKENIZER_RUN_H_
#define MNEME_APPS_TOKENIZER_RUN_H_

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "apps/config/schema.h"
#include "data/loader/data_config.h"

namespace mneme {

struct TokenizerArgs {
  TokenizerConfig tokenizer;
  std::string text;
  bool jsonl = false;
  bool bos = false;
  bool eos = false;
  bool pieces = false;
};

void Describe(Section& section, TokenizerArgs& args);

// Does what `operands` say: encode, decode or count, then the text or the ids, which are read from
// `in` where neither operands nor args.text have them.
//   encode  the ids of a text in a line, or with args.pieces a line for each: id, tab, its bytes
//           quoted as in C
//   decode  the text of ids, and nothing else: decoding what encode wrote gives back what it read
//   count   a sentence: how many tokens, bytes, and bytes a token
// With args.jsonl each line of `in` is a document, {"text": ...}.
// Errors: another command; what is given twice, or as something else than the command takes; text
// that is not UTF-8; an id that the tokenizer does not have; `in` if it cannot be read.
absl::Status RunTokenizer(const TokenizerArgs& args, const std::vector<std::string>& operands,
                          std::istream& in, std::ostream& out);

}  // namespace mneme

#endif  // MNEME_APPS_TOKENIZER_RUN_H_
