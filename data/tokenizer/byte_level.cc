#include "data/tokenizer/byte_level.h"

#include <array>
#include <cstdint>

namespace mneme {
namespace {

constexpr int kLast = 0x143;  // the highest character that stands for a byte

struct Alphabet {
  std::array<uint16_t, 256> char_of = {};
  std::array<int16_t, kLast + 1> byte_of = {};  // -1: none
};

constexpr Alphabet kAlphabet = [] {
  Alphabet alphabet;
  alphabet.byte_of.fill(-1);
  uint16_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    const bool is_printable =
        (byte >= 0x21 && byte <= 0x7E) || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
    alphabet.char_of[byte] = is_printable ? byte : next++;
    alphabet.byte_of[alphabet.char_of[byte]] = byte;
  }
  return alphabet;
}();

}  // namespace

std::string ToByteLevel(absl::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    const uint16_t c = kAlphabet.char_of[static_cast<uint8_t>(byte)];
    if (c < 0x80) {
      text += static_cast<char>(c);
    } else {
      text += {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    }
  }
  return text;
}

std::optional<std::string> FromByteLevel(absl::string_view text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t c = static_cast<uint8_t>(text[i]);
    if (c >= 0xC0 && c < 0xE0 && i + 1 < text.size()) {
      c = (c & 0x1F) << 6 | (static_cast<uint8_t>(text[++i]) & 0x3F);
    } else if (c >= 0x80) {
      return std::nullopt;  // of three bytes or more, or none
    }
    if (c > kLast || kAlphabet.byte_of[c] < 0) return std::nullopt;
    bytes += static_cast<char>(kAlphabet.byte_of[c]);
  }
  return bytes;
}

}  // namespace mneme
