// Tokenizers of Hugging Face's tokenizer.json: byte-level BPE, as of GPT-2, Llama 3, Qwen, ...

#ifndef MNEME_DATA_TOKENIZER_HF_TOKENIZER_H_
#define MNEME_DATA_TOKENIZER_HF_TOKENIZER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "data/tokenizer/bpe_tokenizer.h"

namespace mneme {

// `path` is a tokenizer.json or the folder it is in. BOS and EOS are those that the first of
// tokenizer_config.json (eos_token), config.json and generation_config.json (eos_token_id) beside
// it has, or else the only special token. A model without BOS has EOS for it.
// Added tokens that are not special are cut out of text. Special ones are not, as with
// split_special_tokens there: they stand for what is written nowhere.
// Errors: InvalidArgument, naming the file and what in it is missing or not supported (a model that
// is not byte-level, another normalizer than NFC).
absl::StatusOr<std::unique_ptr<const BpeTokenizer>> LoadHfTokenizer(const std::string& path);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_HF_TOKENIZER_H_
