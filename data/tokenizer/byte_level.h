// The alphabet in which byte-level vocabularies are written down, as GPT-2's first was: a
// printable character for each byte.

#ifndef MNEME_DATA_TOKENIZER_BYTE_LEVEL_H_
#define MNEME_DATA_TOKENIZER_BYTE_LEVEL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

// The bytes 0x21 to 0x7E, 0xA1 to 0xAC and 0xAE to 0xFF are the characters of these numbers; the
// others, in order, are U+0100 and those after it. So a space is U+0120.
std::string ToByteLevel(absl::string_view bytes);

// The inverse; nothing for text with a character that stands for no byte.
std::optional<std::string> FromByteLevel(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_TOKENIZER_BYTE_LEVEL_H_
