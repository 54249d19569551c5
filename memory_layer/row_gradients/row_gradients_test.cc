#include "memory_layer/row_gradients/row_gradients.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "memory_layer/picks/picks.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// Gradients of all magnitudes, so that another order of sums gives other bits.
RowGradients RandomPart(int64_t picks, int64_t n_rows, int64_t dim, uint64_t seed) {
  const SortedPicks sorted =
      SortPicks(Tensor::From<int64_t>({picks}, RandomIds(picks, n_rows, seed)), n_rows);
  std::vector<float> gradients = RandomFloats(sorted.max_unique * dim, seed);
  for (float& g : gradients) g = g * g * g;
  return {sorted.unique_rows, sorted.unique_count,
          Tensor::From<float>({sorted.max_unique, dim}, gradients)};
}

TEST(RowGradientsTest, AddsPartsInTheirOrder) {
  for (int64_t dim : {1, 3, 64, 129}) {
    for (int64_t n_rows : {5, 1000}) {
      std::vector<RowGradients> parts;
      std::map<int64_t, std::vector<float>> expected;
      for (int64_t picks : {40, 0, 7, 300}) {
        parts.push_back(RandomPart(picks, n_rows, dim, 1 + picks));
        const std::vector<int64_t> rows = parts.back().rows.ToVector<int64_t>();
        const std::vector<float> gradients = parts.back().gradients.ToVector<float>();
        for (size_t i = 0; i < gradients.size(); ++i) {
          auto& sum = expected[rows[i / dim]];
          if (sum.empty()) sum.resize(dim);  // 0 + x is x
          sum[i % dim] += gradients[i];
        }
      }
      const RowGradients merged = MergeRowGradients(parts, n_rows);
      std::vector<int64_t> rows;
      std::vector<float> gradients;
      for (const auto& [row, sum] : expected) {
        rows.push_back(row);
        gradients.insert(gradients.end(), sum.begin(), sum.end());
      }
      EXPECT_EQ(merged.rows.ToVector<int64_t>(), rows);
      EXPECT_EQ(merged.count.ToVector<int64_t>()[0], rows.size());
      EXPECT_EQ(merged.gradients.ToVector<float>(), gradients);  // to the bit
    }
  }
}

TEST(RowGradientsTest, OnePartIsNotCopied) {
  const RowGradients part = RandomPart(10, 20, 3, 1);
  EXPECT_EQ(MergeRowGradients({part}, 20).gradients.raw(), part.gradients.raw());
}

TEST(RowGradientsTest, SameBitsForAnyNumberOfThreads) {
  const std::vector<RowGradients> parts = {RandomPart(20000, 3000, 9, 1),
                                           RandomPart(20000, 3000, 9, 2)};
  const std::vector<float> first = MergeRowGradients(parts, 3000).gradients.ToVector<float>();
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    EXPECT_EQ(MergeRowGradients(parts, 3000).gradients.ToVector<float>(), first);
  }
  SetNumThreads(0);
}

TEST(RowGradientsDeathTest, PartsMustFit) {
  EXPECT_DEATH(MergeRowGradients({RandomPart(3, 5, 4, 1), RandomPart(3, 5, 2, 1)}, 5),
               "row gradients \\[.*, 2\\] of .* rows of width 4");
}

}  // namespace
}  // namespace mneme
