#include "data/wordnet/wordnet.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "data/testing/temp_folder.h"
#include "data/text/utf8.h"

namespace mneme {
namespace {

const std::vector<WordNetEntry>& Installed() {
  static const auto* entries = [] {
    const auto loaded = LoadWordNet(kWordNetDir);
    EXPECT_TRUE(loaded.ok()) << loaded.status();
    return new std::vector<WordNetEntry>(loaded.ok() ? *loaded : std::vector<WordNetEntry>());
  }();
  return *entries;
}

TEST(WordNetTest, HasEveryEntryOfEveryPartOfSpeech) {
  std::map<std::string, int> counts;
  for (const WordNetEntry& entry : Installed()) {
    ++counts[entry.head.substr(entry.head.rfind(" ("))];
  }
  EXPECT_EQ(counts, (std::map<std::string, int>{{" (noun):", 82115},
                                                {" (verb):", 13767},
                                                {" (adjective):", 18156},
                                                {" (adverb):", 3621}}));
}

TEST(WordNetTest, HeronReadsAsInTheDictionary) {
  int found = 0;
  for (const WordNetEntry& entry : Installed()) {
    if (entry.head != "heron (noun):") continue;
    ++found;
    EXPECT_EQ(EntryText(entry),
              "heron (noun): grey or white wading bird with long neck and long legs and (usually) "
              "long bill");
  }
  EXPECT_EQ(found, 1);
}

TEST(WordNetTest, NoMarkupIsLeft) {
  for (const WordNetEntry& entry : Installed()) {
    const std::string text = EntryText(entry);
    ASSERT_TRUE(IsValidUtf8(text)) << text;
    ASSERT_EQ(text.find_first_of("_`\n|"), std::string::npos) << text;
    ASSERT_EQ(text.find("  "), std::string::npos) << text;
    for (const char* marker : {"(p)", "(a)", "(ip)"}) {
      ASSERT_FALSE(absl::StrContains(entry.head, marker)) << text;
    }
    ASSERT_FALSE(absl::StrContains(entry.gloss, "\"")) << text;
  }
}

TEST(WordNetTest, HoldsOutTwoPercentOfEachPart) {
  std::map<std::string, double> all, held_out;
  for (const WordNetEntry& entry : Installed()) {
    const std::string part = entry.head.substr(entry.head.rfind(" ("));
    ++all[part];
    held_out[part] += entry.held_out;
  }
  for (const auto& [part, count] : all) EXPECT_NEAR(held_out[part] / count, 0.02, 0.008) << part;
}

TEST(WordNetTest, AMissingPackageSaysWhatToDo) {
  const absl::Status status = LoadWordNet("/nowhere").status();
  EXPECT_TRUE(absl::IsNotFound(status));
  for (const char* part : {"/nowhere/data.noun", "tools/setup", "wordnet-base"}) {
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
  }
}

TEST(WordNetTest, AnotherFileIsNamedWithItsLine) {
  TempFolder folder;
  folder.Write("data.noun", "  1 licence\n00000001 03 n 01 a 0 000 | b\nnonsense\n");
  const absl::Status status = LoadWordNet(folder.path()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_TRUE(absl::StrContains(status.message(), folder.File("data.noun") + ":3")) << status;
}

}  // namespace
}  // namespace mneme
