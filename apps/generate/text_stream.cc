#include "apps/generate/text_stream.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "data/text/utf8.h"

namespace mneme {
namespace {

// U+0000 to U+001F, U+007F and U+0080 to U+009F, but for those that lay out text.
bool IsControl(absl::string_view character) {
  const uint8_t lead = static_cast<uint8_t>(character[0]);
  if (lead == 0xC2) return static_cast<uint8_t>(character[1]) < 0xA0;
  return (lead < 0x20 && lead != '\n' && lead != '\r' && lead != '\t') || lead == 0x7F;
}

}  // namespace

std::string TextStream::Append(absl::string_view bytes) {
  const std::string all = absl::StrCat(held_, bytes);
  absl::string_view left = all;
  std::string text;
  while (!left.empty()) {
    const Utf8Piece piece = FirstUtf8Piece(left);
    if (piece.kind == Utf8Piece::Kind::kBeginning) break;
    const absl::string_view character = left.substr(0, piece.bytes);
    const bool shown = piece.kind == Utf8Piece::Kind::kCharacter && !IsControl(character);
    absl::StrAppend(&text, shown ? character : kReplacementCharacter);
    left.remove_prefix(piece.bytes);
  }
  held_ = std::string(left);
  return text;
}

std::string TextStream::End() {
  const bool begun = !held_.empty();
  held_.clear();
  return std::string(begun ? kReplacementCharacter : "");
}

}  // namespace mneme
