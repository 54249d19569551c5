// UTF-8 as it comes: characters, their beginnings, and what is none.

#ifndef MNEME_DATA_TEXT_UTF8_H_
#define MNEME_DATA_TEXT_UTF8_H_

#include <string>

#include "absl/strings/string_view.h"

namespace mneme {

constexpr absl::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

struct Utf8Piece {
  // kBeginning: the text ends inside the character. kBroken: a maximal part of a character, or a
  // byte that begins none.
  enum class Kind { kCharacter, kBroken, kBeginning };
  Kind kind;
  int bytes;
};

// What stands at the beginning of `text`, which is not empty.
Utf8Piece FirstUtf8Piece(absl::string_view text);

bool IsValidUtf8(absl::string_view text);

// `bytes` with U+FFFD in place of each maximal part of a character (Unicode 15, section 3.9), as
// Python's bytes.decode("utf-8", "replace") does it.
std::string ReplaceInvalidUtf8(absl::string_view bytes);

// Without the byte order mark that some editors write at the start of a file.
absl::string_view WithoutByteOrderMark(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_DATA_TEXT_UTF8_H_
