// How a Hugging Face tokenizer.json says that text is cut.

#ifndef MNEME_DATA_TOKENIZER_HF_SPLITTERS_H_
#define MNEME_DATA_TOKENIZER_HF_SPLITTERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "data/tokenizer/regex_splitter.h"
#include "nlohmann/json_fwd.hpp"

namespace mneme {

// The splitters of the "pre_tokenizer" of a byte-level model: ByteLevel, Split, Digits, or a
// Sequence of these; null gives none. Errors: InvalidArgument, naming what is not known here.
// Throws nlohmann::json::exception for a value of the wrong type.
absl::StatusOr<std::vector<RegexSplitter>> HfSplitters(const nlohmann::json& pre_tokenizer);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_HF_SPLITTERS_H_
