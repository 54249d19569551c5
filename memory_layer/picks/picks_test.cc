#include "memory_layer/picks/picks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "runtime/core/devices.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// Against an ordered map from row to its places.
void CheckSorted(const std::vector<int64_t>& rows, int64_t n_rows) {
  SCOPED_TRACE(testing::Message() << rows.size() << " picks from " << n_rows << " rows");
  std::map<int64_t, std::vector<int64_t>> places;
  for (size_t i = 0; i < rows.size(); ++i) places[rows[i]].push_back(static_cast<int64_t>(i));
  std::vector<int64_t> unique_rows, offsets = {0}, order, inverse(rows.size());
  for (const auto& [row, of_row] : places) {
    for (int64_t place : of_row) {
      order.push_back(place);
      inverse[place] = static_cast<int64_t>(unique_rows.size());
    }
    unique_rows.push_back(row);
    offsets.push_back(static_cast<int64_t>(order.size()));
  }
  const int64_t count = static_cast<int64_t>(rows.size());
  const int64_t unique = static_cast<int64_t>(unique_rows.size());
  for (Device device : AvailableDevices()) {
    const SortedPicks sorted = SortPicks(Tensor::From<int64_t>({count}, rows, device), n_rows);
    ASSERT_EQ(sorted.unique_count.ToVector<int64_t>()[0], unique) << device.name();
    EXPECT_EQ(sorted.max_unique, device.is_cpu() ? unique : std::min(count, n_rows));
    EXPECT_EQ(sorted.unique_rows.Slice(0, unique).ToVector<int64_t>(), unique_rows);
    EXPECT_EQ(sorted.offsets.Slice(0, unique + 1).ToVector<int64_t>(), offsets);
    EXPECT_EQ(sorted.order.ToVector<int64_t>(), order);
    EXPECT_EQ(sorted.inverse.ToVector<int64_t>(), inverse);
  }
}

TEST(PicksTest, UniformPicks) {
  for (int64_t count : {0, 1, 2, 127, 16384, 16385, 50001}) {
    for (int64_t n_rows : std::vector<int64_t>{1, 2, 257, 2048, 2049, 1 << 24, int64_t{1} << 33}) {
      CheckSorted(RandomIds(count, n_rows, count + 1), n_rows);
    }
  }
}

TEST(PicksTest, FirstAndLastRow) {
  const int64_t n_rows = (int64_t{1} << 40) + 5;
  CheckSorted({n_rows - 1, 0, n_rows - 1, n_rows - 2, 0, 1}, n_rows);
}

TEST(PicksTest, EveryPickOnOneRow) { CheckSorted(std::vector<int64_t>(40000, 70), 71); }

// Log-uniform: the lower the row, the more often it is picked.
TEST(PicksTest, SkewedPicks) {
  std::vector<int64_t> rows;
  for (int64_t id : RandomIds(40000, 1 << 20, 3)) {
    rows.push_back(static_cast<int64_t>(std::exp2(20.0 * id / (1 << 20))) - 1);
  }
  CheckSorted(rows, 1 << 20);
}

TEST(PicksTest, SameForAnyNumberOfThreads) {
  const Tensor rows = Tensor::From<int64_t>({1000, 37}, RandomIds(37000, 5000, 4));
  const SortedPicks first = SortPicks(rows, 5000);
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const SortedPicks again = SortPicks(rows, 5000);
    EXPECT_EQ(again.order.ToVector<int64_t>(), first.order.ToVector<int64_t>());
    EXPECT_EQ(again.inverse.ToVector<int64_t>(), first.inverse.ToVector<int64_t>());
  }
  SetNumThreads(0);
}

TEST(PicksTest, PlanSortsOnce) {
  const PickPlan plan(Tensor::From<int64_t>({2, 3}, {4, 1, 4, 0, 4, 1}), 5);
  EXPECT_EQ(plan.tokens(), 2);
  EXPECT_EQ(plan.picks_per_token(), 3);
  EXPECT_EQ(&plan.sorted(), &plan.sorted());
  EXPECT_EQ(plan.sorted().unique_rows.ToVector<int64_t>(), (std::vector<int64_t>{0, 1, 4}));
}

TEST(PicksDeathTest, RefusesOtherTypes) {
  EXPECT_DEATH(PickPlan(Tensor::From<int32_t>({1, 1}, {0}), 1), "picks are i32 \\[1, 1\\]");
}

}  // namespace
}  // namespace mneme
