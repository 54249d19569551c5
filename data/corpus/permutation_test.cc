#include "data/corpus/permutation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mneme {
namespace {

TEST(PermutationTest, HoldsEveryIndexOnce) {
  for (int64_t size : {0, 1, 2, 3, 64, 1001}) {
    std::vector<int32_t> order = RandomPermutation(MakePhiloxKey(1, 2, 3), size);
    ASSERT_EQ(order.size(), size);
    std::sort(order.begin(), order.end());
    for (int64_t i = 0; i < size; ++i) EXPECT_EQ(order[i], i);
  }
}

TEST(PermutationTest, IsAFunctionOfTheKey) {
  EXPECT_EQ(RandomPermutation(MakePhiloxKey(1, 2, 3), 100),
            RandomPermutation(MakePhiloxKey(1, 2, 3), 100));
  EXPECT_NE(RandomPermutation(MakePhiloxKey(1, 2, 3), 100),
            RandomPermutation(MakePhiloxKey(1, 2, 4), 100));
}

TEST(PermutationTest, EveryOrderIsAsLikely) {
  int counts[6] = {};
  for (int step = 0; step < 6000; ++step) {
    const std::vector<int32_t> order = RandomPermutation(MakePhiloxKey(7, 0, step), 3);
    ++counts[order[0] * 2 + (order[1] > order[2])];
  }
  for (int count : counts) EXPECT_NEAR(count, 1000, 150);  // binomial: standard deviation 29
}

}  // namespace
}  // namespace mneme
