#include "data/tokenizer/byte_level.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(ByteLevelTest, WritesBytesAsGpt2sVocabularyDoes) {
  EXPECT_EQ(ToByteLevel(" the\n"), "\u0120the\u010A");
  EXPECT_EQ(ToByteLevel("\u00E9"), "\u00C3\u00A9");
  EXPECT_EQ(ToByteLevel(std::string("\0\x7F\xAD\xFF", 4)), "\u0100\u0121\u0143\u00FF");
}

TEST(ByteLevelTest, EveryByteComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(FromByteLevel(ToByteLevel(bytes)), bytes);
  EXPECT_EQ(FromByteLevel(""), "");
}

TEST(ByteLevelTest, OtherCharactersStandForNothing) {
  for (const char* text :
       {" ", "\n", "a\u0144", "\u00AD", "\u0800", "\U0001F600", "\xC4", "\xA0"}) {
    EXPECT_EQ(FromByteLevel(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace mneme
