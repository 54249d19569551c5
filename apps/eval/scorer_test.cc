#include "apps/eval/scorer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "apps/eval/testing/tiny_model.h"

namespace mneme {
namespace {

using Group = std::vector<ScoreRequest>;

const OnProgress kSilent = [](int64_t, int64_t) { return absl::OkStatus(); };

ScoreRequest Request(const std::string& context, const std::string& continuation) {
  return MakeScoreRequest(ByteTokenizer(), context, continuation, 24);
}

class ScorerTest : public testing::Test {
 protected:
  std::vector<std::vector<Score>> Run(const std::vector<Group>& groups, int64_t max_tokens = 100) {
    const auto scores = ScoreGroups(model_.get(), groups, max_tokens, kSilent);
    CHECK(scores.ok()) << scores.status();
    return *scores;
  }

  // As the sum of a forward pass over this request alone.
  void ExpectScore(const Score& score, const ScoreRequest& request) {
    const std::vector<double> tokens = TokenLogLikelihoods(model_.get(), request.tokens);
    double sum = 0.0;
    for (size_t t = request.first; t < tokens.size(); ++t) sum += tokens[t];
    EXPECT_TRUE(std::abs(score.log_likelihood - sum) <= 1e-4) << score.log_likelihood << " " << sum;
  }

  std::unique_ptr<LanguageModel> model_ = MakeTinyModel();
};

TEST_F(ScorerTest, AnyGroupingAndBatching) {
  const std::vector<Group> groups = {
      {Request("a grey bird", " sings"), Request("a grey bird", " sits."),
       Request("a grey bird", " ")},
      {Request("", "x")},
      {Request("alone, and longer than the", " model's window")},
      {Request("one more", " alone")},
      {},
      {Request("the owl", " hunts"), Request("other", " context"), Request("the owl", "")},
      {Request("twenty-four characters long", " and cut"), Request("twenty-four", " z")},
      {Request("same", " same"), Request("same", " same")}};
  for (int64_t max_tokens : {1, 9, 30, 1000}) {
    const auto scores = Run(groups, max_tokens);
    ASSERT_EQ(scores.size(), groups.size());
    for (size_t i = 0; i < groups.size(); ++i) {
      ASSERT_EQ(scores[i].size(), groups[i].size());
      for (size_t j = 0; j < groups[i].size(); ++j) ExpectScore(scores[i][j], groups[i][j]);
    }
    EXPECT_EQ(scores[7][0].log_likelihood, scores[7][1].log_likelihood);
  }
}

TEST_F(ScorerTest, GreedyIfEveryTokenIsTheLikeliest) {
  // The model's own choice behind "ab", and another.
  ScoreRequest request = Request("ab", "c");
  std::vector<double> best = {-1e9, 0};
  for (int32_t token = 0; token < 256; ++token) {
    request.tokens.back() = token;
    const double ll = Run({{request}})[0][0].log_likelihood;
    if (ll > best[0]) best = {ll, static_cast<double>(token)};
  }
  request.tokens.back() = static_cast<int32_t>(best[1]);
  // BOS and EOS may be likelier still, in a model that has learnt nothing.
  const std::vector<float> logits =
      model_->Logits(Tensor::From<int32_t>({1, 3}, {256, 'a', 'b'})).value().ToVector<float>();
  const auto last = logits.end() - ByteTokenizer::kVocabSize;
  const int64_t likeliest = std::max_element(last, logits.end()) - last;
  EXPECT_EQ(Run({{request}})[0][0].is_greedy, likeliest == request.tokens.back());
  request.tokens.back() = static_cast<int32_t>(likeliest);
  EXPECT_TRUE(Run({{request}})[0][0].is_greedy);
  request.tokens.push_back((request.tokens.back() + 1) % 256);
  request.tokens.push_back((request.tokens.back() + 1) % 256);
  EXPECT_FALSE(Run({{request}})[0][0].is_greedy);
}

TEST_F(ScorerTest, NothingToScoreIsCertain) {
  const Score score = Run({{Request("ab", "")}})[0][0];
  EXPECT_EQ(score.log_likelihood, 0.0);
  EXPECT_TRUE(score.is_greedy);
  EXPECT_TRUE(Run({}).empty());
}

TEST_F(ScorerTest, ProgressCountsTokensAndCanEndTheWork) {
  const std::vector<Group> groups = {{Request("abc", "d")},
                                     {Request("abcdef", "gh"), Request("abcdef", "i")}};
  // 4 tokens of the single one; 6 shared ones, then 2 and 1.
  std::vector<std::pair<int64_t, int64_t>> told;
  const auto scores = ScoreGroups(model_.get(), groups, 5, [&](int64_t done, int64_t total) {
    told.emplace_back(done, total);
    return absl::OkStatus();
  });
  ASSERT_TRUE(scores.ok());
  EXPECT_EQ(told, (std::vector<std::pair<int64_t, int64_t>>{{4, 13}, {13, 13}}));
  const auto ended = ScoreGroups(model_.get(), groups, 5,
                                 [&](int64_t, int64_t) { return absl::CancelledError("enough"); });
  EXPECT_TRUE(absl::IsCancelled(ended.status()));
}

}  // namespace
}  // namespace mneme
