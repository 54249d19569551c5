#include "data/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mneme {
namespace {

TEST(ReplaceInvalidUtf8, ValidTextStays) {
  for (const std::string text : {"", "a", "caf\u00E9", "\u20AC\U0001D11E", "\u007F\u0080\u07FF",
                                 "\uFFFD", "\uD7FF\uE000\U0010FFFF"}) {
    EXPECT_TRUE(IsValidUtf8(text));
    EXPECT_EQ(ReplaceInvalidUtf8(text), text);
  }
  EXPECT_EQ(ReplaceInvalidUtf8(std::string("a\0b", 3)), std::string("a\0b", 3));
}

// As CPython decodes them.
TEST(ReplaceInvalidUtf8, OneForEachMaximalPartOfACharacter) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"\x80", "?"},
      {"\xC3", "?"},
      {"\xC0\xAF", "??"},       // overlong
      {"\xE0\x80\x80", "???"},  // overlong
      {"\xE2\x82", "?"},        // the Euro sign, cut
      {"\xE2\x82z", "?z"},
      {"\xED\xA0\x80", "???"},  // a surrogate
      {"\xF0\x9F\x92", "?"},
      {"\xF4\x90\x80\x80", "????"},  // beyond U+10FFFF
      {"\xF0\x9F\x92\xE2\x82\xAC", "?\u20AC"},
      {"a\xFFz\xC3\xA9", "a?z\u00E9"},
  };
  for (const auto& [bytes, expected] : cases) {
    std::string text;
    for (char c : expected)
      text += c == '?' ? std::string(kReplacementCharacter) : std::string(1, c);
    EXPECT_FALSE(IsValidUtf8(bytes));
    EXPECT_EQ(ReplaceInvalidUtf8(bytes), text);
  }
}

TEST(WithoutByteOrderMark, TakesOneFromTheStart) {
  EXPECT_EQ(WithoutByteOrderMark("\uFEFFtext"), "text");
  EXPECT_EQ(WithoutByteOrderMark("\uFEFF\uFEFF"), "\uFEFF");
  for (const char* text : {"", "text", "te\uFEFFxt", "\xEF\xBB"}) {
    EXPECT_EQ(WithoutByteOrderMark(text), text);
  }
}

}  // namespace
}  // namespace mneme
