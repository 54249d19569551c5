#include "data/corpus/mixture.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

// Documents "name:0", "name:1", ..., `size` an epoch.
class CountingSource : public DocumentSource {
 public:
  CountingSource(std::string name, int64_t size, bool repeat)
      : name_(std::move(name)), size_(size), repeat_(repeat) {}

  absl::StatusOr<absl::string_view> Next() override {
    if (cursor_.items == size_) {
      if (!repeat_) return absl::OutOfRangeError("end");
      cursor_.items = 0;
      ++cursor_.epoch;
    }
    text_ = absl::StrCat(name_, ":", cursor_.items++);
    return text_;
  }
  const SourceCursor& cursor() const override { return cursor_; }
  absl::Status Seek(const SourceCursor& cursor) override {
    cursor_ = cursor;
    return absl::OkStatus();
  }
  const std::vector<SourceFile>& files() const override { return files_; }

 private:
  const std::string name_;
  const int64_t size_;
  const bool repeat_;
  SourceCursor cursor_;
  std::string text_;
  const std::vector<SourceFile> files_;
};

Mixture MakeMixture(bool repeat = true, uint64_t seed = 1) {
  std::vector<WeightedSource> sources;
  sources.push_back({"a", 1.0, std::make_unique<CountingSource>("a", 10, repeat)});
  sources.push_back({"b", 3.0, std::make_unique<CountingSource>("b", 20, repeat)});
  sources.push_back({"c", 0.5, std::make_unique<CountingSource>("c", 5, repeat)});
  return Mixture(std::move(sources), seed, /*rank=*/0);
}

std::vector<std::string> Take(Mixture& mixture, int count) {
  std::vector<std::string> texts;
  for (int i = 0; i < count; ++i) {
    const absl::StatusOr<MixedDocument> document = mixture.Next();
    EXPECT_TRUE(document.ok()) << document.status();
    texts.emplace_back(document->text);
    EXPECT_EQ(texts.back()[0], 'a' + document->source);
  }
  return texts;
}

TEST(MixtureTest, DrawsInProportionToTheWeights) {
  Mixture mixture = MakeMixture();
  std::map<char, int> counts;
  for (const std::string& text : Take(mixture, 9000)) ++counts[text[0]];
  EXPECT_NEAR(counts['a'], 2000, 150);  // binomial: standard deviation 39
  EXPECT_NEAR(counts['b'], 6000, 170);
  EXPECT_NEAR(counts['c'], 1000, 120);
}

TEST(MixtureTest, SameSeedSameDocuments) {
  Mixture one = MakeMixture(), same = MakeMixture(), other = MakeMixture(true, 2);
  const std::vector<std::string> texts = Take(one, 100);
  EXPECT_EQ(Take(same, 100), texts);
  EXPECT_NE(Take(other, 100), texts);
}

TEST(MixtureTest, GoesOnFromEveryCursor) {
  for (int taken = 0; taken < 60; ++taken) {
    Mixture mixture = MakeMixture();
    std::vector<std::string> last;
    if (taken > 0) {
      Take(mixture, taken - 1);
      last = Take(mixture, 1);
    }
    Mixture behind = MakeMixture(), before = MakeMixture();
    ASSERT_TRUE(behind.Seek(mixture.cursor()).ok());
    ASSERT_TRUE(before.Seek(mixture.cursor_before_last()).ok());
    const std::vector<std::string> rest = Take(mixture, 50);
    EXPECT_EQ(Take(behind, 50), rest);
    EXPECT_EQ(Take(before, last.size()), last);
    EXPECT_EQ(Take(before, 50), rest);
  }
}

TEST(MixtureTest, WithoutRepeatEveryDocumentComesOnce) {
  Mixture mixture = MakeMixture(/*repeat=*/false);
  std::map<std::string, int> counts;
  for (const std::string& text : Take(mixture, 35)) ++counts[text];
  EXPECT_EQ(counts.size(), 35u);
  EXPECT_TRUE(absl::IsOutOfRange(mixture.Next().status()));
  EXPECT_TRUE(absl::IsOutOfRange(mixture.Next().status()));
}

TEST(MixtureTest, FromTheEndBackToTheBeginning) {
  Mixture mixture = MakeMixture(/*repeat=*/false);
  const MixtureCursor beginning = mixture.cursor();
  const std::vector<std::string> texts = Take(mixture, 35);
  EXPECT_TRUE(absl::IsOutOfRange(mixture.Next().status()));
  ASSERT_TRUE(mixture.Seek(beginning).ok());
  EXPECT_EQ(Take(mixture, 35), texts);
}

TEST(MixtureTest, ACursorOfOtherSourcesIsAnError) {
  Mixture mixture = MakeMixture();
  MixtureCursor cursor = mixture.cursor();
  cursor.sources.pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(mixture.Seek(cursor)));
}

}  // namespace
}  // namespace mneme
