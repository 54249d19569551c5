#include "apps/generate/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <vector>

#include "apps/eval/testing/tiny_model.h"

namespace mneme {
namespace {

PhiloxStream Random(uint64_t seed = 5) { return PhiloxStream(MakePhiloxKey(seed, 0)); }

// How often each token is drawn, as a share of `draws`.
std::vector<double> Shares(const std::vector<float>& logits, const SamplingOptions& options,
                           int64_t draws) {
  PhiloxStream random = Random();
  std::vector<double> shares(logits.size(), 0.0);
  for (int64_t i = 0; i < draws; ++i) shares[SampleToken(logits, options, &random)] += 1.0;
  for (double& share : shares) share /= static_cast<double>(draws);
  return shares;
}

// softmax(logits / temperature) over `kept`, 0 elsewhere.
std::vector<double> Softmax(const std::vector<float>& logits, double temperature,
                            const std::set<int>& kept) {
  std::vector<double> p(logits.size(), 0.0);
  double total = 0.0;
  for (int i : kept) total += p[i] = std::exp(logits[i] / temperature);
  for (double& x : p) x /= total;
  return p;
}

// Within five standard deviations of the count, and never drawn where p is 0.
void ExpectDistribution(const std::vector<double>& shares, const std::vector<double>& p,
                        int64_t draws) {
  ASSERT_EQ(shares.size(), p.size());
  for (size_t i = 0; i < p.size(); ++i) {
    const double tolerance = 5.0 * std::sqrt(p[i] * (1.0 - p[i]) / static_cast<double>(draws));
    EXPECT_TRUE(std::abs(shares[i] - p[i]) <= tolerance) << i << ": " << shares[i] << ", " << p[i];
  }
}

const std::vector<float> kLogits = {0.5f, 2.0f, -1.0f, 1.5f, 0.0f, 2.0f, -3.0f};

TEST(SampleToken, GreedyTakesTheLikeliestAndOfEqualsTheFirst) {
  PhiloxStream random = Random();
  EXPECT_EQ(SampleToken(kLogits, {}, &random), 1);
  EXPECT_EQ(SampleToken(std::vector<float>(300, -2.5f), {}, &random), 0);
  EXPECT_EQ(SampleToken({-1.0f, -0.5f}, {.top_k = 2, .top_p = 0.9}, &random), 1);
  EXPECT_EQ(random.position(), 0);
}

TEST(SampleToken, DrawsOneNumberEach) {
  PhiloxStream random = Random();
  SampleToken(kLogits, {.temperature = 1.0}, &random);
  EXPECT_EQ(random.position(), 2);
  SampleToken({3.0f}, {.temperature = 1.0, .top_k = 1}, &random);
  EXPECT_EQ(random.position(), 4);
}

TEST(SampleToken, FollowsTheTemperature) {
  constexpr int64_t kDraws = 40000;
  const std::set<int> all = {0, 1, 2, 3, 4, 5, 6};
  for (double temperature : {0.5, 1.0, 3.0}) {
    ExpectDistribution(Shares(kLogits, {.temperature = temperature}, kDraws),
                       Softmax(kLogits, temperature, all), kDraws);
  }
}

TEST(SampleToken, TinyAndHugeTemperaturesAreSafe) {
  ExpectDistribution(Shares(kLogits, {.temperature = 1e-300}, 2000), Softmax(kLogits, 1.0, {1, 5}),
                     2000);
  const std::vector<float> far = {1e30f, -1e30f, 1e30f};
  ExpectDistribution(Shares(far, {.temperature = 1.0}, 2000), {0.5, 0.0, 0.5}, 2000);
  ExpectDistribution(Shares(kLogits, {.temperature = 1e300}, 7000),
                     std::vector<double>(7, 1.0 / 7.0), 7000);
}

TEST(SampleToken, TopKKeepsTheLikeliestAndTiesGoToTheLowerId) {
  constexpr int64_t kDraws = 20000;
  ExpectDistribution(Shares(kLogits, {.temperature = 1.0, .top_k = 3}, kDraws),
                     Softmax(kLogits, 1.0, {1, 5, 3}), kDraws);
  ExpectDistribution(Shares(kLogits, {.temperature = 1.0, .top_k = 1}, 100),
                     Softmax(kLogits, 1.0, {1}), 100);
  ExpectDistribution(Shares(kLogits, {.temperature = 1.0, .top_k = 100}, kDraws),
                     Softmax(kLogits, 1.0, {0, 1, 2, 3, 4, 5, 6}), kDraws);
}

TEST(SampleToken, TopPKeepsTheFewestThatReachIt) {
  constexpr int64_t kDraws = 20000;
  const std::vector<float> logits = {std::log(0.1f), std::log(0.5f), std::log(0.15f),
                                     std::log(0.25f)};
  const auto drawn = [&](double top_p) {
    return Shares(logits, {.temperature = 1.0, .top_p = top_p}, kDraws);
  };
  ExpectDistribution(drawn(0.01), Softmax(logits, 1.0, {1}), kDraws);
  ExpectDistribution(drawn(0.45), Softmax(logits, 1.0, {1}), kDraws);
  ExpectDistribution(drawn(0.55), Softmax(logits, 1.0, {1, 3}), kDraws);
  ExpectDistribution(drawn(0.8), Softmax(logits, 1.0, {1, 3, 2}), kDraws);
  ExpectDistribution(drawn(1.0), Softmax(logits, 1.0, {0, 1, 2, 3}), kDraws);
}

TEST(SampleToken, TopPCountsWhatTopKLeaves) {
  constexpr int64_t kDraws = 20000;
  const std::vector<float> logits = {std::log(0.4f), std::log(0.3f), std::log(0.2f),
                                     std::log(0.1f)};
  // Of the two left, the first has 4/7 > 0.55 of the mass.
  ExpectDistribution(Shares(logits, {.temperature = 1.0, .top_k = 2, .top_p = 0.55}, kDraws),
                     Softmax(logits, 1.0, {0}), kDraws);
}

std::vector<int32_t> Complete(LanguageModel* model, const std::vector<int32_t>& prompt,
                              int64_t count, int32_t end_id, double temperature, uint64_t seed) {
  PhiloxStream random = Random(seed);
  return CompleteTokens(model, prompt, count, end_id, {.temperature = temperature}, &random,
                        [](int32_t) { return true; });
}

TEST(CompleteTokens, GreedyFollowsTheModelThroughItsWindow) {
  const auto model = MakeTinyModel();
  const std::vector<int32_t> prompt = {256, 'a', 'b'};
  const std::vector<int32_t> completion = Complete(model.get(), prompt, 40, -1, 0.0, 1);
  ASSERT_EQ(completion.size(), 40);
  std::vector<int32_t> tokens = prompt;
  for (int32_t token : completion) {
    // The likeliest token after the last 24, found without the sampler.
    const int64_t seen = std::min<int64_t>(24, tokens.size());
    const std::vector<float> logits =
        model
            ->Logits(Tensor::From<int32_t>({1, seen},
                                           std::vector<int32_t>(tokens.end() - seen, tokens.end())))
            .value()
            .ToVector<float>();
    const auto last = logits.end() - 258;
    EXPECT_EQ(token, std::max_element(last, logits.end()) - last) << tokens.size();
    tokens.push_back(token);
  }
}

TEST(CompleteTokens, TheSameSeedGivesTheSameTokens) {
  const auto model = MakeTinyModel();
  const std::vector<int32_t> prompt = {256};
  const auto first = Complete(model.get(), prompt, 30, -1, 1.0, 3);
  EXPECT_EQ(first, Complete(model.get(), prompt, 30, -1, 1.0, 3));
  EXPECT_NE(first, Complete(model.get(), prompt, 30, -1, 1.0, 4));
}

TEST(CompleteTokens, StopsBeforeTheEndAndWhenTold) {
  const auto model = MakeTinyModel();
  const std::vector<int32_t> prompt = {256, 'x'};
  const auto all = Complete(model.get(), prompt, 20, -1, 1.0, 3);
  const int32_t end_id = all[7];
  const auto first = std::find(all.begin(), all.end(), end_id);
  EXPECT_EQ(Complete(model.get(), prompt, 20, end_id, 1.0, 3),
            std::vector<int32_t>(all.begin(), first));

  PhiloxStream random = Random(3);
  std::vector<int32_t> seen;
  const auto told = CompleteTokens(model.get(), prompt, 20, -1, {.temperature = 1.0}, &random,
                                   [&](int32_t token) {
                                     seen.push_back(token);
                                     return seen.size() < 5;
                                   });
  EXPECT_EQ(told, std::vector<int32_t>(all.begin(), all.begin() + 5));
  EXPECT_EQ(seen, told);
  EXPECT_TRUE(Complete(model.get(), prompt, 0, -1, 1.0, 3).empty());
}

}  // namespace
}  // namespace mneme
