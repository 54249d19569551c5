// Tokenizers by the name that a configuration gives them.

#ifndef MNEME_DATA_TOKENIZER_TOKENIZER_FACTORY_H_
#define MNEME_DATA_TOKENIZER_TOKENIZER_FACTORY_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// The tokenizer `name` (data.tokenizer.name), made from the file at `path`
// (data.tokenizer.path) if it is of a kind that has one:
//   bytes      one id a byte, no file
//   sp         a SentencePiece model (SpTokenizer)
//   tiktoken   a rank file (LoadTiktoken)
//   hf         a tokenizer.json of a byte-level BPE model (LoadHfTokenizer)
// Errors: InvalidArgument for a name that is not in this list, which it gives, and for a missing
// path; those of reading the file.
absl::StatusOr<std::shared_ptr<const Tokenizer>> MakeTokenizer(absl::string_view name,
                                                               const std::string& path);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_TOKENIZER_FACTORY_H_
