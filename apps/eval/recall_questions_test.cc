#include "apps/eval/recall_questions.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

// Entry i has head "head i" and gloss "gloss i"; each third one is held out.
std::vector<WordNetEntry> Entries(int64_t count) {
  std::vector<WordNetEntry> entries;
  for (int64_t i = 0; i < count; ++i) {
    entries.push_back({.head = absl::StrCat("head ", i),
                       .gloss = absl::StrCat("gloss ", i),
                       .held_out = i % 3 == 0});
  }
  return entries;
}

TEST(SampleQuestions, OneGlossIsTheHeadsOwnAndAllAreDifferent) {
  const auto entries = Entries(60);
  for (bool held_out : {true, false}) {
    const auto questions = SampleQuestions(entries, held_out, 15, 42);
    ASSERT_TRUE(questions.ok()) << questions.status();
    ASSERT_EQ(questions->size(), 15);
    std::set<std::string> heads;
    std::set<int64_t> places;
    for (const TaskDocument& question : *questions) {
      EXPECT_TRUE(heads.insert(question.query).second) << question.query;
      EXPECT_EQ(question.targets.size(), kRecallGlosses);
      places.insert(question.gold);
      EXPECT_EQ(question.targets[question.gold], absl::StrCat("gloss ", question.query.substr(5)));
      const std::set<std::string> different(question.targets.begin(), question.targets.end());
      EXPECT_EQ(different.size(), kRecallGlosses);
      for (const std::string& gloss : question.targets) {
        EXPECT_EQ(std::stoi(gloss.substr(6)) % 3 == 0, held_out) << gloss;
      }
    }
    EXPECT_GT(places.size(), 3);
  }
}

TEST(SampleQuestions, FollowTheSeed) {
  const auto entries = Entries(200);
  const auto all = [](const std::vector<TaskDocument>& questions) {
    std::string text;
    for (const TaskDocument& question : questions) {
      for (const std::string& gloss : question.targets) absl::StrAppend(&text, gloss, "\n");
    }
    return text;
  };
  const std::string first = all(*SampleQuestions(entries, true, 20, 1));
  EXPECT_EQ(all(*SampleQuestions(entries, true, 20, 1)), first);
  EXPECT_NE(all(*SampleQuestions(entries, true, 20, 2)), first);
}

TEST(SampleQuestions, WrongGlossesComeFromEverywhere) {
  const auto questions = SampleQuestions(Entries(90), true, 30, 3);
  ASSERT_TRUE(questions.ok());
  std::map<std::string, int> uses;
  for (const TaskDocument& question : *questions) {
    for (const std::string& gloss : question.targets) ++uses[gloss];
  }
  // 10 uses of each on average, one of them as the right answer.
  EXPECT_EQ(uses.size(), 30);
  for (const auto& [gloss, count] : uses) EXPECT_LT(count, 25) << gloss;
}

TEST(SampleQuestions, AsksAboutAllWhereThereAreFewer) {
  const auto questions = SampleQuestions(Entries(30), true, 200, 42);
  ASSERT_TRUE(questions.ok());
  EXPECT_EQ(questions->size(), 10);
}

TEST(SampleQuestions, ASharedGlossCountsOnce) {
  auto entries = Entries(30);
  entries.push_back({.head = "twin", .gloss = "gloss 3", .held_out = true});
  const auto questions = SampleQuestions(entries, true, 200, 42);
  ASSERT_TRUE(questions.ok());
  EXPECT_EQ(questions->size(), 10);
  for (const TaskDocument& question : *questions) EXPECT_NE(question.query, "twin");
}

TEST(SampleQuestions, TooFewEntriesAreRefused) {
  EXPECT_EQ(SampleQuestions(Entries(27), true, 5, 42).status().message(),
            "recall needs 10 WordNet entries that are held out, found 9");
  EXPECT_EQ(SampleQuestions(Entries(3), false, 5, 42).status().message(),
            "recall needs 10 WordNet entries that are not held out, found 2");
}

}  // namespace
}  // namespace mneme
