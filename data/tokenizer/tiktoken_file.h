// Tokenizers of tiktoken rank files.

#ifndef MNEME_DATA_TOKENIZER_TIKTOKEN_FILE_H_
#define MNEME_DATA_TOKENIZER_TIKTOKEN_FILE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "data/tokenizer/bpe_tokenizer.h"

namespace mneme {

// The tokens of a file with a line `BASE64 RANK` for each, by rank. Errors, with file and line: a
// line of another form, a rank that is not one of 0 .. lines - 1 or comes twice, a token that
// comes twice; a file that lacks a byte.
absl::StatusOr<std::vector<std::string>> ReadRankFile(const std::string& path);

// A rank file alone does not say how text is cut, nor which special tokens there are. A file of
// GPT-2's 50,256 ranks (r50k_base) gets GPT-2's pattern and <|endoftext|> = 50256, which serves as
// BOS too. Any other file, of n ranks, is taken for one of Llama 3's kind: its pattern, and 256
// special tokens, of which n is BOS and n + 1 EOS.
absl::StatusOr<std::unique_ptr<const BpeTokenizer>> LoadTiktoken(const std::string& path);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_TIKTOKEN_FILE_H_
