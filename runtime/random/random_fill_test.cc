#include "runtime/random/random_fill.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "hwy/highway.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/random/distributions.h"

namespace mneme {
namespace {

const PhiloxKey kKey = MakePhiloxKey(777, HashName("layers.0.attention.wq.weight"));
// No multiple of a block, a batch or a chunk; and some below each.
constexpr int64_t kSizes[] = {0, 1, 3, 4, 5, 255, 256, 257, 511, 512, 513, 16384, 16385, 100003};

// Runs `test` with each kind of SIMD that the fills are compiled for and this CPU has.
template <typename Test>
void ForEachTarget(Test test) {
  for (int64_t rest = HWY_TARGETS & hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    SCOPED_TRACE(hwy::TargetName(rest & -rest));
    hwy::GetChosenTarget().Update(rest & -rest);
    test();
  }
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void ExpectElementsAreScalarDraws() {
  for (int64_t n : kSizes) {
    std::vector<float> uniform(n + 1, -7.0f), normal(n + 1, -7.0f), truncated(n + 1, -7.0f);
    FillUniform(uniform.data(), n, -2.0f, 3.0f, kKey);
    FillNormal(normal.data(), n, 0.02f, kKey);
    FillTruncatedNormal(truncated.data(), n, 0.02f, kKey);
    for (int64_t i = 0; i < n; ++i) {
      const uint32_t bits = ElementBits(kKey, i);
      ASSERT_EQ(uniform[i], std::fma(5.0f, Uniform(bits), -2.0f)) << i;
      ASSERT_EQ(normal[i], 0.02f * Normal(bits)) << i;
      ASSERT_EQ(truncated[i], 0.02f * TruncatedNormal(bits)) << i;
    }
    EXPECT_EQ(uniform[n], -7.0f) << "wrote past the end, n = " << n;
    EXPECT_EQ(normal[n], -7.0f) << "wrote past the end, n = " << n;
    EXPECT_EQ(truncated[n], -7.0f) << "wrote past the end, n = " << n;
  }
}

TEST(RandomFillTest, EveryElementIsItsOwnScalarDraw) {
  ForEachTarget(ExpectElementsAreScalarDraws);
}

void ExpectRowsAreScalarDraws(int64_t n_rows, int64_t dim, int64_t first_row) {
  std::vector<float> rows(n_rows * dim + 1, -7.0f);
  std::vector<bf16> rounded(n_rows * dim + 1, bf16(-7.0f));
  FillNormalRows({.rows = rows.data(), .rounded = rounded.data()}, first_row, n_rows, dim, 0.5f,
                 kKey);
  for (int64_t row = 0; row < n_rows; ++row) {
    for (int64_t column = 0; column < dim; column += 1 + column / 8) {
      const float expected = 0.5f * Normal(RowBits(kKey, first_row + row, column));
      const int64_t i = row * dim + column;
      ASSERT_EQ(rows[i], expected)
          << "row " << row << " of " << n_rows << ", column " << column << " of " << dim;
      ASSERT_EQ(rounded[i].bits, bf16(expected).bits)
          << "row " << row << " of " << n_rows << ", column " << column << " of " << dim;
    }
  }
  EXPECT_EQ(rows[n_rows * dim], -7.0f) << "wrote past the end";
  EXPECT_EQ(rounded[n_rows * dim].bits, bf16(-7.0f).bits) << "wrote past the end";
}

TEST(RandomFillTest, EveryRowIsItsOwnScalarDraw) {
  ForEachTarget([] {
    for (int64_t dim : {1, 2, 3, 4, 6, 8, 64, 257, 1000}) {
      for (int64_t n_rows : {0, 1, 2, 70, 300}) {
        for (int64_t first_row : {int64_t{0}, int64_t{5}, (int64_t{1} << 32) - 3}) {
          ExpectRowsAreScalarDraws(n_rows, dim, first_row);
        }
      }
    }
  });
}

TEST(RandomFillTest, RowsAsFloatsOrRoundedAlone) {
  constexpr int64_t kRows = 30, kDim = 21;
  std::vector<float> rows(kRows * kDim), only_rows(rows.size());
  std::vector<bf16> rounded(rows.size()), only_rounded(rows.size());
  FillNormalRows({.rows = rows.data(), .rounded = rounded.data()}, 3, kRows, kDim, 1.0f, kKey);
  FillNormalRows({.rows = only_rows.data()}, 3, kRows, kDim, 1.0f, kKey);
  FillNormalRows({.rounded = only_rounded.data()}, 3, kRows, kDim, 1.0f, kKey);
  EXPECT_EQ(only_rows, rows);
  for (size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(only_rounded[i].bits, rounded[i].bits) << i;
}

TEST(RandomFillTest, RowsMayBeMadeInPieces) {
  constexpr int64_t kRows = 1000, kDim = 37, kSplit = 123;
  std::vector<float> whole(kRows * kDim), pieces(kRows * kDim);
  FillNormalRows({.rows = whole.data()}, 0, kRows, kDim, 1.0f, kKey);
  FillNormalRows({.rows = pieces.data() + kSplit * kDim}, kSplit, kRows - kSplit, kDim, 1.0f, kKey);
  FillNormalRows({.rows = pieces.data()}, 0, kSplit, kDim, 1.0f, kKey);
  EXPECT_EQ(whole, pieces);
}

TEST(RandomFillTest, ThreadsDoNotMatter) {
  constexpr int64_t kCount = 200003, kDim = 11;
  SetNumThreads(1);
  std::vector<float> normal(kCount), rows(kCount / kDim * kDim);
  FillNormal(normal.data(), kCount, 1.0f, kKey);
  FillNormalRows({.rows = rows.data()}, 7, kCount / kDim, kDim, 1.0f, kKey);
  for (int threads : {2, 3, 8}) {
    SetNumThreads(threads);
    std::vector<float> other_normal(kCount), other_rows(rows.size());
    FillNormal(other_normal.data(), kCount, 1.0f, kKey);
    FillNormalRows({.rows = other_rows.data()}, 7, kCount / kDim, kDim, 1.0f, kKey);
    EXPECT_EQ(normal, other_normal);
    EXPECT_EQ(rows, other_rows);
  }
  SetNumThreads(0);
}

TEST(RandomFillTest, SampleMoments) {
  constexpr int64_t kCount = 1000000;
  std::vector<float> normal(kCount);
  FillNormal(normal.data(), kCount, 2.0f, kKey);
  double sum = 0.0, square = 0.0, lagged = 0.0;
  for (int64_t i = 0; i < kCount; ++i) {
    sum += normal[i];
    square += static_cast<double>(normal[i]) * normal[i];
    if (i > 0) lagged += static_cast<double>(normal[i]) * normal[i - 1];
  }
  // Four standard deviations of each estimate.
  EXPECT_NEAR(sum / kCount, 0.0, 4 * 2.0 / 1000);
  EXPECT_NEAR(square / kCount, 4.0, 4 * 4.0 * std::sqrt(2.0) / 1000);
  EXPECT_NEAR(lagged / kCount, 0.0, 4 * 4.0 / 1000);
}

TEST(RandomFillTest, KeysAndStepsDiffer) {
  std::vector<float> a(100), b(100), c(100);
  FillNormal(a.data(), 100, 1.0f, MakePhiloxKey(1, HashName("a"), 0));
  FillNormal(b.data(), 100, 1.0f, MakePhiloxKey(1, HashName("b"), 0));
  FillNormal(c.data(), 100, 1.0f, MakePhiloxKey(1, HashName("a"), 1));
  for (int64_t i = 0; i < 100; ++i) {
    EXPECT_NE(a[i], b[i]);
    EXPECT_NE(a[i], c[i]);
  }
}

}  // namespace
}  // namespace mneme
