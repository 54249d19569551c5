#include "apps/generate/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr PhiloxKey kKey = MakePhiloxKey(5, 0);

// How often each token is drawn, as a share of `draws`.
std::vector<double> Shares(const std::vector<float>& logits, const SamplingOptions& options,
                           int64_t draws) {
  std::vector<double> shares(logits.size(), 0.0);
  for (int64_t i = 0; i < draws; ++i) shares[SampleToken(logits, options, kKey, i)] += 1.0;
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
  EXPECT_EQ(SampleToken(kLogits, {}, kKey, 0), 1);
  EXPECT_EQ(SampleToken(std::vector<float>(300, -2.5f), {}, kKey, 0), 0);
  EXPECT_EQ(SampleToken({-1.0f, -0.5f}, {.top_k = 2, .top_p = 0.9}, kKey, 0), 1);
}

TEST(SampleToken, DependsOnKeyAndPositionAlone) {
  const SamplingOptions options = {.temperature = 1.0};
  std::vector<int32_t> drawn, again, other;
  for (int64_t i = 0; i < 50; ++i) drawn.push_back(SampleToken(kLogits, options, kKey, i));
  for (int64_t i = 49; i >= 0; --i) again.push_back(SampleToken(kLogits, options, kKey, i));
  for (int64_t i = 0; i < 50; ++i) {
    other.push_back(SampleToken(kLogits, options, MakePhiloxKey(5, 0, 1), i));
  }
  std::reverse(again.begin(), again.end());
  EXPECT_EQ(again, drawn);
  EXPECT_NE(other, drawn);
}

// A GPU's logits differ from a CPU's in the last bits.
TEST(SampleToken, RoundingHardlyEverChangesTheToken) {
  const std::vector<float> noise = RandomFloats(20 * 500, 1);
  const std::vector<float> logits = RandomFloats(20 * 500, 2);
  int64_t changed = 0;
  for (int64_t i = 0; i < 500; ++i) {
    std::vector<float> exact(logits.begin() + 20 * i, logits.begin() + 20 * (i + 1));
    std::vector<float> rounded = exact;
    for (int64_t c = 0; c < 20; ++c) rounded[c] += 1e-6f * noise[20 * i + c];
    const SamplingOptions options = {.temperature = 0.8, .top_p = 0.95};
    changed += SampleToken(exact, options, kKey, i) != SampleToken(rounded, options, kKey, i);
  }
  EXPECT_EQ(changed, 0);
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

TEST(SampleToken, MinPKeepsThoseNearTheLikeliest) {
  constexpr int64_t kDraws = 20000;
  const std::vector<float> logits = {std::log(0.4f), std::log(0.3f), std::log(0.2f),
                                     std::log(0.1f)};
  const auto drawn = [&](double min_p) {
    return Shares(logits, {.temperature = 1.0, .min_p = min_p}, kDraws);
  };
  ExpectDistribution(drawn(0.0), Softmax(logits, 1.0, {0, 1, 2, 3}), kDraws);
  ExpectDistribution(drawn(0.3), Softmax(logits, 1.0, {0, 1, 2}), kDraws);
  ExpectDistribution(drawn(0.6), Softmax(logits, 1.0, {0, 1}), kDraws);
  ExpectDistribution(drawn(1.0), Softmax(logits, 1.0, {0}), kDraws);
}

// More tokens than are sorted at first, the mass spread over nearly all of them.
TEST(SampleToken, TopPOverALargeVocabulary) {
  std::vector<float> logits(3000, 0.0f);
  for (int i = 0; i < 1000; ++i) logits[3 * i] = 0.1f;
  std::set<int32_t> drawn;
  for (int64_t i = 0; i < 500; ++i) {
    drawn.insert(SampleToken(logits, {.temperature = 1.0, .top_p = 0.3}, kKey, i));
  }
  EXPECT_GT(drawn.size(), 200);
  for (int32_t id : drawn) EXPECT_EQ(id % 3, 0);  // 1000 e^0.1 of 2000 + 1000 e^0.1 is above 0.3
}

}  // namespace
}  // namespace mneme
