// Unicode normalisation form C (UAX #15): letters with accents are one character where there is
// one.

#ifndef MNEME_DATA_TOKENIZER_NFC_H_
#define MNEME_DATA_TOKENIZER_NFC_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// `text` in form C; as it is if it is not UTF-8.
std::string ToNfc(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_NFC_H_
