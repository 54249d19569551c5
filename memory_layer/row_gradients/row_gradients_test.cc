#include "memory_layer/row_gradients/row_gradients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "memory_layer/picks/picks.h"
#include "runtime/core/devices.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// Gradients of all magnitudes, so that another order of sums gives other bits. On the GPU there is
// room beyond the rows, which holds NaN.
RowGradients RandomPart(int64_t picks, int64_t n_rows, int64_t dim, uint64_t seed,
                        Device device = Device::Cpu()) {
  const SortedPicks sorted =
      SortPicks(Tensor::From<int64_t>({picks}, RandomIds(picks, n_rows, seed), device), n_rows);
  std::vector<float> gradients = RandomFloats(sorted.max_unique * dim, seed);
  for (float& g : gradients) g = g * g * g;
  const int64_t count = sorted.unique_count.ToVector<int64_t>()[0];
  std::fill(gradients.begin() + count * dim, gradients.end(), NAN);
  return {sorted.unique_rows, sorted.unique_count,
          Tensor::From<float>({sorted.max_unique, dim}, gradients, device)};
}

// Rows and gradients up to the count.
std::vector<int64_t> Rows(const RowGradients& part) {
  return part.rows.Slice(0, part.count.ToVector<int64_t>()[0]).ToVector<int64_t>();
}
std::vector<float> Gradients(const RowGradients& part) {
  return part.gradients.Slice(0, part.count.ToVector<int64_t>()[0]).ToVector<float>();
}

void CheckMerge(int64_t dim, int64_t n_rows, const std::vector<int64_t>& picks_of_parts,
                Device device) {
  SCOPED_TRACE(testing::Message() << device.name() << ", " << n_rows << " x " << dim);
  std::vector<RowGradients> parts;
  std::map<int64_t, std::vector<float>> expected;
  for (int64_t picks : picks_of_parts) {
    parts.push_back(RandomPart(picks, n_rows, dim, 1 + picks, device));
    const std::vector<int64_t> rows = Rows(parts.back());
    const std::vector<float> gradients = Gradients(parts.back());
    for (size_t i = 0; i < gradients.size(); ++i) {
      auto& sum = expected[rows[i / dim]];
      if (sum.empty()) sum.resize(dim);  // 0 + x is x
      sum[i % dim] += gradients[i];
    }
  }
  const RowGradients merged = MergeRowGradients(parts, n_rows);
  std::vector<int64_t> rows;
  std::vector<float> gradients;
  double square = 1.0;
  for (const auto& [row, sum] : expected) {
    rows.push_back(row);
    gradients.insert(gradients.end(), sum.begin(), sum.end());
    for (float g : sum) square += double{g} * g;
  }
  EXPECT_EQ(merged.count.ToVector<int64_t>()[0], rows.size());
  EXPECT_EQ(Rows(merged), rows);
  EXPECT_EQ(Gradients(merged), gradients);  // to the bit
  const Tensor total = Tensor::From<float>({}, {1.0f}, device);
  AddSquaredNorm(merged, total);
  EXPECT_NEAR(total.ToVector<float>()[0], square, 1e-5 * square);
}

TEST(RowGradientsTest, AddsPartsInTheirOrder) {
  for (Device device : AvailableDevices()) {
    for (int64_t dim : {1, 3, 64, 129}) {
      for (int64_t n_rows : {5, 1000}) CheckMerge(dim, n_rows, {40, 0, 7, 300}, device);
    }
    CheckMerge(16, 3000, {10000, 1, 20000, 0, 3, 5000, 2}, device);
    CheckMerge(7, 1, {1, 4}, device);
    CheckMerge(7, 10, {0, 0}, device);
  }
}

TEST(RowGradientsTest, SumKeepsNothingAfterClear) {
  for (Device device : AvailableDevices()) {
    RowGradientSum sum(50);
    EXPECT_TRUE(sum.empty());
    std::vector<RowGradients> parts;
    for (int i = 0; i < 20; ++i) {  // more than are kept apart
      parts.push_back(RandomPart(30, 50, 3, i, device));
      sum.Add(parts.back());
    }
    std::map<int64_t, double> first_column;
    for (const RowGradients& part : parts) {
      const std::vector<int64_t> rows = Rows(part);
      for (size_t i = 0; i < rows.size(); ++i) first_column[rows[i]] += Gradients(part)[3 * i];
    }
    const std::vector<int64_t> rows = Rows(sum.Sum());
    ASSERT_EQ(rows.size(), first_column.size());
    for (size_t i = 0; i < rows.size(); ++i) {
      EXPECT_NEAR(Gradients(sum.Sum())[3 * i], first_column[rows[i]], 1e-5);
    }
    sum.Clear();
    EXPECT_TRUE(sum.empty());
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
