#include "apps/inspect/row_use.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

TEST(RowUse, SharesAddUpByRow) {
  const RowShares shares = SharesOf({7, 3, 7, 9}, {0.5f, 1.0f, 0.5f, 0.0f});
  ASSERT_EQ(shares.size(), 2);
  EXPECT_EQ(shares[0], (std::pair<int64_t, double>(3, 0.5)));
  EXPECT_EQ(shares[1], (std::pair<int64_t, double>(7, 0.5)));
  EXPECT_TRUE(SharesOf({}, {}).empty());
}

TEST(RowUse, ExtremesAreKnown) {
  const RowUse even = UseOf(SharesOf({0, 1, 2, 3}, {2.0f, 2.0f, 2.0f, 2.0f}), 4);
  EXPECT_EQ(even.rows_used, 4);
  EXPECT_NEAR(even.entropy, std::log(4.0), 1e-12);
  EXPECT_NEAR(even.kl_to_uniform, 0.0, 1e-12);
  EXPECT_NEAR(even.gini, 0.0, 1e-12);
  const RowUse one = UseOf(SharesOf({5}, {3.0f}), 100);
  EXPECT_EQ(one.rows_used, 1);
  EXPECT_NEAR(one.entropy, 0.0, 1e-12);
  EXPECT_NEAR(one.kl_to_uniform, std::log(100.0), 1e-12);
  EXPECT_NEAR(one.gini, 0.99, 1e-12);
  const RowUse none = UseOf({}, 100);
  EXPECT_EQ(none.rows_used, 0);
  EXPECT_EQ(none.n_rows, 100);
}

// Gini's mean difference, over all pairs of rows.
TEST(RowUse, GiniIsHalfTheRelativeMeanDifference) {
  constexpr int64_t kRows = 30;
  std::vector<float> weights = RandomFloats(20, 1);
  for (float& w : weights) w = std::abs(w);
  const RowShares shares = SharesOf(RandomIds(20, kRows, 2), weights);
  std::vector<double> p(kRows, 0.0);
  for (const auto& [row, share] : shares) p[row] = share;
  double difference = 0.0;
  for (double a : p) {
    for (double b : p) difference += std::abs(a - b);
  }
  EXPECT_NEAR(UseOf(shares, kRows).gini, difference / (2.0 * kRows), 1e-9);
}

TEST(RowUse, OverlapIsTheCommonWeight) {
  const RowShares a = SharesOf({1, 2, 3}, {0.5f, 0.25f, 0.25f});
  const RowShares b = SharesOf({2, 3, 4}, {0.5f, 0.125f, 0.375f});
  EXPECT_NEAR(Overlap(a, b), 0.25 + 0.125, 1e-12);
  EXPECT_NEAR(Overlap(a, a), 1.0, 1e-12);
  EXPECT_EQ(Overlap(a, {}), 0.0);
}

}  // namespace
}  // namespace mneme
