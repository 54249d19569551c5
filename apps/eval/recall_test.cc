#include "apps/eval/recall.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "apps/eval/testing/tiny_model.h"
#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

// The text of a row's tokens, without BOS.
std::string Text(const GlossRow& row, int64_t begin, int64_t end) {
  return ByteTokenizer().Decode(absl::MakeConstSpan(row.tokens).subspan(begin, end - begin));
}

TEST(MakeGlossRow, ScoresTheGlossAndTheSpaceBeforeIt) {
  const GlossRow row = MakeGlossRow(ByteTokenizer(), "owl (noun):", "a bird", 100);
  EXPECT_EQ(row.tokens[0], ByteTokenizer::kBosId);
  EXPECT_EQ(Text(row, 0, row.first), "owl (noun):");
  EXPECT_EQ(Text(row, row.first, row.tokens.size()), " a bird");
  EXPECT_EQ(row.text_bytes, 7);
  EXPECT_FALSE(row.is_cut);
}

TEST(MakeGlossRow, ALongGlossLosesItsEnd) {
  const GlossRow row = MakeGlossRow(ByteTokenizer(), "owl:", "a bird of the night", 12);
  EXPECT_EQ(row.tokens.size(), 12);
  EXPECT_EQ(Text(row, 0, row.first), "owl:");
  EXPECT_EQ(Text(row, row.first, row.tokens.size()), " a bird");
  EXPECT_EQ(row.text_bytes, 7);
  EXPECT_TRUE(row.is_cut);
}

TEST(MakeGlossRow, ALongHeadLosesItsBeginningWhateverTheGloss) {
  for (const char* gloss : {"a", "a bird of the night"}) {
    const GlossRow row = MakeGlossRow(ByteTokenizer(), "owl, bird of night:", gloss, 14);
    EXPECT_EQ(row.first, 7);
    EXPECT_EQ(Text(row, 0, row.first), " night:");
  }
  EXPECT_EQ(Text(MakeGlossRow(ByteTokenizer(), "owl:", "bird", 9), 0, 4), "owl:");
}

TEST(MakeGlossRow, ExactlyFullIsNotCut) {
  EXPECT_FALSE(MakeGlossRow(ByteTokenizer(), "owl:", "bird", 10).is_cut);
  EXPECT_TRUE(MakeGlossRow(ByteTokenizer(), "owl:", "birds", 10).is_cut);
  const GlossRow least = MakeGlossRow(ByteTokenizer(), "owl:", "bird", 2);
  EXPECT_EQ(least.tokens, (std::vector<int32_t>{':', ' '}));
  EXPECT_EQ(least.first, 1);
}

TEST(LogLikelihoods, PaddingChangesNothing) {
  const auto model = MakeTinyModel();
  std::vector<GlossRow> rows;
  for (const char* gloss : {"a", "a bird of the night that hunts", "bird", "a tall grey bird"}) {
    rows.push_back(MakeGlossRow(ByteTokenizer(), "owl:", gloss, 25));
  }
  const std::vector<double> together = LogLikelihoods(model.get(), rows);
  ASSERT_EQ(together.size(), rows.size());
  for (size_t r = 0; r < rows.size(); ++r) {
    double alone = 0.0;
    const std::vector<double> tokens = TokenLogLikelihoods(model.get(), rows[r].tokens);
    for (size_t t = rows[r].first; t < tokens.size(); ++t) alone += tokens[t];
    EXPECT_TRUE(std::abs(together[r] - alone) <= 1e-5 * std::abs(alone))
        << r << ": " << together[r] << ", " << alone;
  }
}

TEST(MeasureRecall, AsksEveryQuestion) {
  const auto model = MakeTinyModel();
  const ByteTokenizer tokenizer;
  std::vector<RecallQuestion> questions;
  int64_t right = 0, right_per_byte = 0;
  for (const char* head : {"owl:", "heron:", "lark:", "great blue heron:", "rook:"}) {
    RecallQuestion question{.head = head};
    for (const char* gloss :
         {"a bird", "a plant with leaves", "to sing", "very", "grey or white"}) {
      question.glosses.push_back(gloss);
    }
    std::vector<double> total, per_byte;
    for (const std::string& gloss : question.glosses) {
      const GlossRow row = MakeGlossRow(tokenizer, head, gloss, 25);
      total.push_back(LogLikelihoods(model.get(), {row})[0]);
      per_byte.push_back(total.back() / static_cast<double>(row.text_bytes));
    }
    right += std::max_element(total.begin(), total.end()) == total.begin();
    right_per_byte += std::max_element(per_byte.begin(), per_byte.end()) == per_byte.begin();
    questions.push_back(question);
    // The same with another gloss as the right one: some answers must be right.
    std::swap(
        questions.back().glosses[0],
        questions.back().glosses[std::max_element(total.begin(), total.end()) - total.begin()]);
    questions.push_back(question);
  }
  std::vector<int64_t> done;
  const RecallScore score =
      MeasureRecall(model.get(), tokenizer, questions, [&](int64_t n) { done.push_back(n); });
  EXPECT_EQ(score.total.questions, 10);
  EXPECT_EQ(score.total.right, right + 5);
  EXPECT_GE(score.per_byte.right, right_per_byte);
  EXPECT_EQ(score.glosses, 50);
  EXPECT_EQ(done.size(), 10);
  EXPECT_EQ(done.back(), 10);
  // Of 25 tokens "owl:" leaves room for all; "heron:", "lark:" and "rook:" less than the 20 of
  // " a plant with leaves"; "great blue heron:", itself cut to 12, also less than " grey or white".
  EXPECT_EQ(score.cut_glosses, 2 * (3 + 2));
}

}  // namespace
}  // namespace mneme
