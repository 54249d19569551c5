#include "apps/generate/text_stream.h"

#include <cstdint>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

constexpr absl::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

struct Piece {
  enum class Kind { kCharacter, kBroken, kBeginning };
  Kind kind;
  int bytes;
};

int CharacterBytes(uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;  // begins none
}

// Whether `byte` may follow `lead` directly: The Unicode Standard 15, table 3-7.
bool IsSecondByte(uint8_t lead, uint8_t byte) {
  const uint8_t low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  return byte >= low && byte <= high;
}

// What stands at the beginning of `text`, which is not empty.
Piece FirstPiece(absl::string_view text) {
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  const int bytes = CharacterBytes(lead);
  if (bytes == 0) return {Piece::Kind::kBroken, 1};
  for (int i = 1; i < bytes; ++i) {
    if (i == static_cast<int>(text.size())) return {Piece::Kind::kBeginning, i};
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    const bool fits = i == 1 ? IsSecondByte(lead, byte) : (byte & 0xC0) == 0x80;
    if (!fits) return {Piece::Kind::kBroken, i};
  }
  return {Piece::Kind::kCharacter, bytes};
}

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
    const Piece piece = FirstPiece(left);
    if (piece.kind == Piece::Kind::kBeginning) break;
    const absl::string_view character = left.substr(0, piece.bytes);
    const bool shown = piece.kind == Piece::Kind::kCharacter && !IsControl(character);
    absl::StrAppend(&text, shown ? character : kReplacement);
    left.remove_prefix(piece.bytes);
  }
  held_ = std::string(left);
  return text;
}

std::string TextStream::End() {
  const bool begun = !held_.empty();
  held_.clear();
  return std::string(begun ? kReplacement : "");
}

}  // namespace mneme
