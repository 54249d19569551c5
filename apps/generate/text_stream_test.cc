#include "apps/generate/text_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/text/utf8.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

const std::string kBroken = "\xEF\xBF\xBD";

// All of it, byte by byte.
std::string Shown(const std::string& bytes) {
  TextStream stream;
  std::string text;
  for (char byte : bytes) text += stream.Append(std::string(1, byte));
  return text + stream.End();
}

TEST(TextStream, HoldsBackTheBeginningOfACharacter) {
  TextStream stream;
  EXPECT_EQ(stream.Append("a"), "a");
  EXPECT_EQ(stream.Append("\xE2"), "");
  EXPECT_EQ(stream.Append("\x82"), "");
  EXPECT_EQ(stream.Append("\xACz"), "\u20ACz");  // the euro sign
  EXPECT_EQ(stream.End(), "");
}

TEST(TextStream, CharactersOfEveryLengthComeThrough) {
  for (const std::string text : {"A", "\u00A0", "\u07FF", "\u0800", "\uD7FF", "\uE000", "\uFFFD",
                                 "\U00010000", "\U0010FFFF", "line\n\ttab\r\n"}) {
    EXPECT_EQ(Shown(text), text);
    TextStream whole;
    EXPECT_EQ(whole.Append(text), text);
  }
}

TEST(TextStream, BrokenSequencesBecomeOneReplacementForEachMaximalPart) {
  // The example of The Unicode Standard 15, table 3-8.
  EXPECT_EQ(Shown("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a" + kBroken + kBroken + kBroken + "b" + kBroken + "c" + kBroken + kBroken + "d");
  EXPECT_EQ(Shown("\xC0\xAF"), kBroken + kBroken);                // too long a form of '/'
  EXPECT_EQ(Shown("\xE0\x9F\xBF"), kBroken + kBroken + kBroken);  // likewise
  EXPECT_EQ(Shown("\xED\xA0\x80"), kBroken + kBroken + kBroken);  // a surrogate
  EXPECT_EQ(Shown("\xF4\x90\x80\x80"), kBroken + kBroken + kBroken + kBroken);  // past U+10FFFF
  EXPECT_EQ(Shown("\xF5\xFF"), kBroken + kBroken);
}

TEST(TextStream, EndReplacesWhatHasOnlyBegun) {
  TextStream stream;
  EXPECT_EQ(stream.Append("x\xF0\x9F\x98"), "x");
  EXPECT_EQ(stream.End(), kBroken);
  EXPECT_EQ(stream.End(), "");
  EXPECT_EQ(stream.Append("y"), "y");
}

TEST(TextStream, ATerminalsCommandsAreReplaced) {
  EXPECT_EQ(Shown("\x1B[2J"), kBroken + "[2J");
  EXPECT_EQ(Shown(std::string("\0\a\x7F", 3)), kBroken + kBroken + kBroken);
  EXPECT_EQ(Shown("\u009B2J\u009F"), kBroken + "2J" + kBroken);
}

TEST(TextStream, RandomBytesGiveValidTextHoweverTheyAreCut) {
  PhiloxStream random(MakePhiloxKey(7, 0));
  for (int round = 0; round < 500; ++round) {
    std::string bytes;
    for (int i = 0; i < 40; ++i) {
      // Mostly bytes from 0x80 on: sequences that nearly work.
      bytes.push_back(
          static_cast<char>(random.Below(4) == 0 ? random.Below(256) : 0x80 + random.Below(128)));
    }
    TextStream stream;
    std::string text;
    for (size_t begin = 0; begin < bytes.size();) {
      const size_t count = 1 + random.Below(5);
      text += stream.Append(bytes.substr(begin, count));
      EXPECT_TRUE(IsValidUtf8(text));
      begin += count;
    }
    text += stream.End();
    EXPECT_TRUE(IsValidUtf8(text));
    EXPECT_EQ(text, Shown(bytes));
  }
}

}  // namespace
}  // namespace mneme
