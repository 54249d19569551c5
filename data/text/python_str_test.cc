// Expected texts are CPython 3.11's.

#include "data/text/python_str.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

namespace mneme {
namespace {

TEST(PythonStr, StripTakesUnicodesSpaces) {
  EXPECT_EQ(PythonStrip(""), "");
  EXPECT_EQ(PythonStrip(" \t\n\u00A0\u2003\u3000"), "");
  EXPECT_EQ(PythonStrip("\u2028a b\x1F\u0085"), "a b");
  EXPECT_EQ(PythonRStrip(" \u00E9\u205F "), " \u00E9");
  EXPECT_EQ(PythonStrip("\u200Ba\u200B"), "\u200Ba\u200B");  // zero width, but no space
}

TEST(PythonStr, LengthCountsCodePoints) {
  EXPECT_EQ(PythonLength(""), 0);
  EXPECT_EQ(PythonLength("caf\u00E9 \u20AC\U0001F600"), 7);
  EXPECT_EQ(PythonLength("e\u0301"), 2);
}

TEST(PythonStr, Lower) {
  EXPECT_EQ(PythonLower("ABC xyz 1."), "abc xyz 1.");
  EXPECT_EQ(PythonLower("\u00C9T\u00C9 \u0416\u0429 \u00DF"), "\u00E9t\u00E9 \u0436\u0449 \u00DF");
  EXPECT_EQ(PythonLower("\u0130"), "i\u0307");
  // Sigma, SIGMA at a word's end, and one that stands alone.
  EXPECT_EQ(PythonLower("\u03A3\u0391\u03A3 \u03A3"), "\u03C3\u03B1\u03C2 \u03C3");
}

TEST(PythonStr, CapitalizeLowersTheRest) {
  EXPECT_EQ(PythonCapitalize(""), "");
  EXPECT_EQ(PythonCapitalize("aBC Def"), "Abc def");
  EXPECT_EQ(PythonCapitalize("\u00E9COLE"), "\u00C9cole");
  EXPECT_EQ(PythonCapitalize("\u01C6A"), "\u01C5a");  // dz with caron has a title case
  EXPECT_EQ(PythonCapitalize(" Abc"), " abc");
  EXPECT_EQ(PythonCapitalize("1A"), "1a");
}

TEST(PythonStr, WordBoundaryBeforeALetter) {
  for (const char* before : {"", "a ", "(", "a-", "\u00E9.", "\u2019"}) {
    EXPECT_TRUE(EndsOutsideWord(before)) << before;
  }
  for (const char* before : {"a", "9", "_", "\u00E9", "\u4E00", "\u00BD"}) {
    EXPECT_FALSE(EndsOutsideWord(before)) << before;
  }
}

TEST(PythonStr, TheClassHoldsWhatStripStrips) {
  const RE2 space(kPythonSpaceClass);
  for (int c = 1; c < 0x3100; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    std::string text;
    if (c < 0x80) {
      text = {static_cast<char>(c)};
    } else if (c < 0x800) {
      text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 0x3F))};
    } else {
      text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
              static_cast<char>(0x80 | (c & 0x3F))};
    }
    EXPECT_EQ(PythonStrip(text).empty(), RE2::FullMatch(text, space)) << c;
  }
}

}  // namespace
}  // namespace mneme
