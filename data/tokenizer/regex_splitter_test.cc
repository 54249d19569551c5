#include "data/tokenizer/regex_splitter.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "data/tokenizer/slow_splitter.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

using Strings = std::vector<std::string>;

RegexSplitter Splitter(absl::string_view pattern) {
  absl::StatusOr<RegexSplitter> splitter = RegexSplitter::Create(pattern);
  EXPECT_TRUE(splitter.ok()) << splitter.status();
  return *std::move(splitter);
}

Strings Pieces(const RegexSplitter& splitter, absl::string_view text) {
  Strings pieces;
  while (!text.empty()) {
    const size_t bytes = splitter.FirstPiece(text);
    if (bytes == 0 || bytes > text.size()) {
      ADD_FAILURE() << "a piece of " << bytes << " bytes in '" << text << "'";
      break;
    }
    pieces.emplace_back(text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  return pieces;
}

std::string ErrorOf(absl::string_view pattern) {
  return std::string(RegexSplitter::Create(pattern).status().message());
}

std::string Utf8(uint32_t c) {
  if (c < 0x80) return {static_cast<char>(c)};
  std::string utf8;
  const int more = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;  // bytes behind the first
  utf8 += static_cast<char>((0xFF << (7 - more) & 0xFF) | c >> 6 * more);
  for (int i = more - 1; i >= 0; --i) utf8 += static_cast<char>(0x80 | (c >> 6 * i & 0x3F));
  return utf8;
}

// Characters of any plane, with many of those that the patterns tell apart.
std::string RandomText(PhiloxStream* random) {
  static constexpr uint32_t kTelling[] = {
      ' ',  ' ', '\n', '\r', '\t', '\'',   '\'',   's',    'T',    'R',    'e',    'v',
      'l',  'L', 'd',  'm',  '1',  0x17F,  0x212A, 0x301,  0xA0,   0x85,   0x3000, 0xB2,
      0x1C, '-', '!',  'a',  'Z',  0x2028, 0x2029, 0x180E, 0x200B, 0x200D, 0x1F600};
  std::string text;
  const uint64_t size = 1 + random->Below(30);
  for (uint64_t i = 0; i < size; ++i) {
    uint32_t c = kTelling[random->Below(std::size(kTelling))];
    if (random->Below(3) == 0) {
      const uint64_t limits[] = {0x80, 0x800, 0x10000, 0x110000};
      c = static_cast<uint32_t>(random->Below(limits[random->Below(4)]));
      if (c >= 0xD800 && c < 0xE000) c = 'x';  // no character
    }
    text += Utf8(c);
  }
  return text;
}

TEST(RegexSplitterTest, AgreesWithTheSlowSplittersOnRandomUnicode) {
  const RegexSplitter gpt2 = Splitter(kGpt2Pattern);
  const RegexSplitter llama3 = Splitter(kLlama3Pattern);
  PhiloxStream random(MakePhiloxKey(1, HashName("regex_splitter_test")));
  for (int round = 0; round < 30000 && !HasFailure(); ++round) {
    const std::string text = RandomText(&random);
    EXPECT_EQ(Pieces(gpt2, text), SlowGpt2Pieces(text));
    EXPECT_EQ(Pieces(llama3, text), SlowLlama3Pieces(text));
  }
}

TEST(RegexSplitterTest, CutsAsGpt2) {
  const RegexSplitter splitter = Splitter(kGpt2Pattern);
  EXPECT_EQ(Pieces(splitter, "it's IT'S  2025,\u00A0x"),
            (Strings{"it", "'s", " IT", "'", "S", " ", " 2025", ",", "\u00A0", "x"}));
  EXPECT_EQ(Pieces(splitter, "a \n\n b  "), (Strings{"a", " \n\n", " b", "  "}));
  EXPECT_EQ(Pieces(splitter, "a\u3000\u3000b"), (Strings{"a", "\u3000", "\u3000", "b"}));
}

TEST(RegexSplitterTest, CutsAsLlama3) {
  const RegexSplitter splitter = Splitter(kLlama3Pattern);
  EXPECT_EQ(Pieces(splitter, "it'S it'\u017F 12345.\r\n  \n  x"),
            (Strings{"it", "'S", " it", "'\u017F", " ", "123", "45", ".\r\n", "  \n", " ", " x"}));
}

TEST(RegexSplitterTest, BytesThatAreNoTextAreStillCut) {
  const std::string text = "a\xFF\xFE b\xE4\xB8";
  for (const absl::string_view pattern : {kGpt2Pattern, kLlama3Pattern}) {
    std::string joined;
    for (const std::string& piece : Pieces(Splitter(pattern), text)) joined += piece;
    EXPECT_EQ(joined, text);
  }
}

TEST(RegexSplitterTest, WhatDoesNotMatchIsAPieceToo) {
  EXPECT_EQ(Pieces(Splitter("[0-9]"), "ab12c"), (Strings{"ab", "1", "2", "c"}));
  EXPECT_EQ(Pieces(Splitter(R"(x+|\s+(?!\S)|\s+)"), "abxx   c"),
            (Strings{"ab", "xx", "  ", " ", "c"}));
  EXPECT_EQ(Pieces(Splitter(R"(\d|[\d\s]x|\S\s)"), "\u0663\u3000xa\u3000b"),
            (Strings{"\u0663", "\u3000x", "a\u3000", "b"}));
}

TEST(RegexSplitterTest, ALongPieceIsNoTrouble) {
  const std::string spaces(1 << 20, ' '), letters(1 << 20, 'a');
  const RegexSplitter splitter = Splitter(kLlama3Pattern);
  EXPECT_EQ(Pieces(splitter, absl::StrCat(letters, spaces, "b")).size(), 3);
}

TEST(RegexSplitterTest, RefusesWhatRe2WouldReadDifferently) {
  EXPECT_EQ(
      ErrorOf(R"(\w+)"),
      R"(the regular expression '\w+' cannot be used here: \w is not supported in this place)");
  for (const char* pattern :
       {R"([\S])", "^a", "a$", R"(\bx)", "a(?=b)", "a++", "(a", "[a[b]]", "a*", R"((?!\S)|\s+)"}) {
    EXPECT_NE(ErrorOf(pattern).find(absl::StrCat("'", pattern, "'")), std::string::npos)
        << pattern << " " << ErrorOf(pattern);
  }
  for (const char* pattern : {"[^]a]", "[]^$]", R"(\^\$\[)", "[a$^]"}) {
    EXPECT_EQ(ErrorOf(pattern), "") << pattern;
  }
}

}  // namespace
}  // namespace mneme
