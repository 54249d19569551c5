#include "data/text/utf8.h"

#include <simdjson.h>

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mneme {
namespace {

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

}  // namespace

Utf8Piece FirstUtf8Piece(absl::string_view text) {
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  const int bytes = CharacterBytes(lead);
  if (bytes == 0) return {Utf8Piece::Kind::kBroken, 1};
  for (int i = 1; i < bytes; ++i) {
    if (i == static_cast<int>(text.size())) return {Utf8Piece::Kind::kBeginning, i};
    const uint8_t byte = static_cast<uint8_t>(text[i]);
    const bool fits = i == 1 ? IsSecondByte(lead, byte) : (byte & 0xC0) == 0x80;
    if (!fits) return {Utf8Piece::Kind::kBroken, i};
  }
  return {Utf8Piece::Kind::kCharacter, bytes};
}

bool IsValidUtf8(absl::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::string ReplaceInvalidUtf8(absl::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const Utf8Piece piece = FirstUtf8Piece(bytes);
    const bool whole = piece.kind == Utf8Piece::Kind::kCharacter;
    absl::StrAppend(&text, whole ? bytes.substr(0, piece.bytes) : kReplacementCharacter);
    bytes.remove_prefix(piece.bytes);
  }
  return text;
}

absl::string_view WithoutByteOrderMark(absl::string_view text) {
  absl::ConsumePrefix(&text, "\xEF\xBB\xBF");
  return text;
}

}  // namespace mneme
