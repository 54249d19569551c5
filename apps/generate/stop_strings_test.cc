#include "apps/generate/stop_strings.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

TEST(StopStrings, HoldsBackWhatMayBeginOne) {
  StopStrings stops({"\n\n", "END"});
  EXPECT_EQ(stops.Append("one\n"), "one");
  EXPECT_EQ(stops.Append("two E"), "\ntwo ");
  EXPECT_EQ(stops.Append("N"), "");
  EXPECT_EQ(stops.Append("ENDless"), "EN");
  EXPECT_TRUE(stops.found());
  EXPECT_EQ(stops.Append("more"), "");
  EXPECT_EQ(stops.End(), "");
}

TEST(StopStrings, WhatIsHeldBackComesAtTheEnd) {
  StopStrings stops({"stop"});
  EXPECT_EQ(stops.Append("no sto"), "no ");
  EXPECT_EQ(stops.End(), "sto");
  EXPECT_FALSE(stops.found());
  StopStrings none({});
  EXPECT_EQ(none.Append("all"), "all");
}

TEST(StopStrings, TheFirstThatIsComplete) {
  StopStrings stops({"long one", "o"});
  EXPECT_EQ(stops.Append("a long one"), "a l");
  StopStrings nested({"ab", "b"});  // complete at the same place: the one that begins first
  EXPECT_EQ(nested.Append("xabx"), "x");
}

// Cut into pieces anyhow, the text is what a search in the whole gives.
TEST(StopStrings, HoweverTheTextIsCut) {
  const std::vector<std::string> words = {"aab", "ba", "abab"};
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::string text;
    for (int64_t letter : RandomIds(12, 3, seed)) text += "abc"[letter];
    size_t end = std::string::npos, cut = text.size();
    for (const std::string& word : words) {
      const size_t found = text.find(word);
      if (found == std::string::npos) continue;
      if (found + word.size() < end || (found + word.size() == end && found < cut)) {
        end = found + word.size();
        cut = found;
      }
    }
    StopStrings stops(words);
    std::string shown;
    size_t begin = 0;
    for (int64_t count : RandomIds(12, 4, seed + 1000)) {
      shown += stops.Append(text.substr(begin, count));
      begin = std::min(text.size(), begin + count);
    }
    shown += stops.Append(text.substr(begin));
    shown += stops.End();
    EXPECT_EQ(shown, text.substr(0, cut)) << text;
    EXPECT_EQ(stops.found(), end != std::string::npos) << text;
  }
}

}  // namespace
}  // namespace mneme
