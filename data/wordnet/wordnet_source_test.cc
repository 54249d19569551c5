#include "data/wordnet/wordnet_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "data/wordnet/wordnet.h"

namespace mneme {
namespace {

using Texts = std::vector<std::string>;

std::vector<WordNetEntry> Entries(int count) {
  std::vector<WordNetEntry> entries;
  for (int i = 0; i < count; ++i) {
    entries.push_back({"word" + std::to_string(i) + " (noun):", "gloss", {}, i % 5 == 0});
  }
  return entries;
}

Texts Take(DocumentSource& source, int count) {
  Texts texts;
  for (int i = 0; i < count; ++i) {
    const absl::StatusOr<absl::string_view> text = source.Next();
    EXPECT_TRUE(text.ok()) << text.status();
    texts.emplace_back(text.ok() ? *text : "");
  }
  return texts;
}

TEST(WordNetSourceTest, EachEpochHasEveryEntryInAnOrderOfItsOwn) {
  WordNetSource source(Entries(50), {});
  Texts first = Take(source, 40);
  Texts second = Take(source, 40);
  EXPECT_NE(first, second);
  EXPECT_EQ(source.cursor().epoch, 1);
  std::sort(first.begin(), first.end());
  std::sort(second.begin(), second.end());
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::unique(first.begin(), first.end()), first.end());
}

TEST(WordNetSourceTest, TheSeedDecidesTheOrderOfTrainingOnly) {
  SourceOptions one, two;
  one.seed = 1;
  two.seed = 2;
  WordNetSource a(Entries(50), one), b(Entries(50), one), c(Entries(50), two);
  const Texts texts = Take(a, 40);
  EXPECT_EQ(Take(b, 40), texts);
  EXPECT_NE(Take(c, 40), texts);
  one.split = two.split = Split::kHeldOut;
  WordNetSource held_out_a(Entries(50), one), held_out_b(Entries(50), two);
  EXPECT_EQ(Take(held_out_a, 10), Take(held_out_b, 10));
}

TEST(WordNetSourceTest, GoesOnFromEveryCursor) {
  SourceOptions options;
  options.world = 3;
  options.rank = 1;
  for (int taken = 0; taken < 40; ++taken) {
    WordNetSource source(Entries(50), options), resumed(Entries(50), options);
    Take(source, taken);
    ASSERT_TRUE(resumed.Seek(source.cursor()).ok());
    EXPECT_EQ(Take(resumed, 30), Take(source, 30));
  }
}

TEST(WordNetSourceTest, RanksShareTheEntries) {
  std::multiset<std::string> seen;
  for (int64_t rank = 0; rank < 3; ++rank) {
    SourceOptions options;
    options.rank = rank;
    options.world = 3;
    options.repeat = false;
    WordNetSource source(Entries(50), options);
    for (auto text = source.Next(); text.ok(); text = source.Next()) seen.emplace(*text);
  }
  EXPECT_EQ(seen.size(), 40u);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 40u);
}

TEST(WordNetSourceTest, NoRankWithoutAnEntry) {
  SourceOptions options;
  options.rank = 8;
  options.world = 9;
  WordNetSource source(Entries(10), options);
  EXPECT_TRUE(absl::IsNotFound(source.Next().status()));
}

TEST(WordNetSourceTest, TheInstalledOneSplitsInTwo) {
  SourceOptions options;
  options.repeat = false;
  std::set<std::string> train;
  const auto train_source = WordNetSource::Open(kWordNetDir, options);
  ASSERT_TRUE(train_source.ok()) << train_source.status();
  for (auto text = (*train_source)->Next(); text.ok(); text = (*train_source)->Next()) {
    train.emplace(*text);
  }
  options.split = Split::kHeldOut;
  const auto held_out_source = WordNetSource::Open(kWordNetDir, options);
  ASSERT_TRUE(held_out_source.ok()) << held_out_source.status();
  int64_t held_out = 0;
  for (auto text = (*held_out_source)->Next(); text.ok(); text = (*held_out_source)->Next()) {
    ++held_out;
    EXPECT_EQ(train.count(std::string(*text)), 0u) << *text;
  }
  EXPECT_GT(held_out, 2000);
  EXPECT_GT(train.size(), 114000u);
}

}  // namespace
}  // namespace mneme
