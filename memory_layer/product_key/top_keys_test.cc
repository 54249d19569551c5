#include "memory_layer/product_key/top_keys.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <vector>

#include "runtime/testing/random_tensor.h"

namespace mneme::cpu {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Offers the scores in pieces and compares with a stable sort.
void CheckTop(const std::vector<float>& scores, int64_t knn, int64_t piece) {
  const int64_t count = static_cast<int64_t>(scores.size());
  std::vector<int64_t> ids(count);
  std::iota(ids.begin(), ids.end(), 0);
  std::stable_sort(ids.begin(), ids.end(), [&](int64_t a, int64_t b) {
    if (std::isnan(scores[a]) || std::isnan(scores[b])) {
      return std::isnan(scores[a]) && !std::isnan(scores[b]);
    }
    return scores[a] > scores[b];
  });
  TopKeys top(knn);
  top.Clear();
  for (int64_t at = 0; at < count; at += piece) {
    top.Offer(scores.data() + at, std::min(piece, count - at), at);
  }
  const uint64_t* best = top.Finish();
  for (int64_t i = 0; i < knn; ++i) {
    ASSERT_EQ(CandidateId(best[i]), ids[i]) << "place " << i << " of " << knn << ", " << count;
    const float score = CandidateScore(best[i]), expected = scores[ids[i]];
    ASSERT_TRUE(score == expected || (std::isnan(score) && std::isnan(expected))) << i;
  }
}

void CheckPieces(const std::vector<float>& scores) {
  const int64_t count = static_cast<int64_t>(scores.size());
  for (int64_t knn : {int64_t{1}, int64_t{2}, int64_t{32}, int64_t{33}, count / 2, count}) {
    if (knn < 1 || knn > count) continue;
    for (int64_t piece : {7, 16, 100, 1000}) CheckTop(scores, knn, piece);
  }
}

TEST(TopKeysTest, RandomScores) {
  for (int64_t count : {1, 2, 15, 64, 128, 1000, 5003}) CheckPieces(RandomFloats(count, count));
}

TEST(TopKeysTest, AmongEqualScoresTheLowerIdIsFirst) {
  CheckPieces(std::vector<float>(500, 1.5f));
  std::vector<float> scores;
  for (int64_t v : RandomIds(1000, 5, 1)) scores.push_back(static_cast<float>(v) - 2.0f);
  for (size_t i = 0; i < scores.size(); i += 3) {
    if (scores[i] == 0.0f) scores[i] = -0.0f;
  }
  CheckPieces(scores);
}

TEST(TopKeysTest, RisingAndFallingScores) {
  std::vector<float> scores(1000);
  std::iota(scores.begin(), scores.end(), -500.0f);
  CheckPieces(scores);
  std::reverse(scores.begin(), scores.end());
  CheckPieces(scores);
}

TEST(TopKeysTest, InfinityAndNaN) {
  std::vector<float> scores = RandomFloats(300, 1);
  for (int i = 0; i < 300; i += 7) scores[i] = -kInfinity;
  for (int i = 3; i < 300; i += 50) scores[i] = kInfinity;
  CheckPieces(scores);
  for (int i = 5; i < 300; i += 60) scores[i] = i % 2 ? NAN : -NAN;
  CheckPieces(scores);
  CheckPieces(std::vector<float>(200, NAN));
  CheckPieces(std::vector<float>(200, -kInfinity));
}

}  // namespace
}  // namespace mneme::cpu
