#include "apps/bench/pick_source.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "absl/strings/str_cat.h"
#include "memory_layer/pick_trace/pick_trace.h"
#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

std::vector<int64_t> Picks(const std::string& name, int64_t n_rows, int64_t count) {
  auto source = PickSource::Create(name, n_rows);
  CHECK(source.ok()) << source.status();
  std::vector<int64_t> picks = source->Next(count);
  for (const int64_t row : picks) CHECK(row >= 0 && row < n_rows) << row;
  return picks;
}

int64_t Unique(const std::vector<int64_t>& picks) {
  return static_cast<int64_t>(std::set<int64_t>(picks.begin(), picks.end()).size());
}

// A row of n is missed by c picks with probability (1 - 1/n)^c.
TEST(PickSourceTest, UniformPicksSpread) {
  const double n = 1 << 16, count = 1 << 15;
  const double expected = n * (1 - std::pow(1 - 1 / n, count));
  EXPECT_NEAR(Unique(Picks("uniform", n, count)), expected, 0.01 * expected);
}

TEST(PickSourceTest, LogUniformPicksCrowdAtTheBeginning) {
  const std::vector<int64_t> picks = Picks("log-uniform", 1 << 20, 1 << 18);
  const auto below = [&](int64_t row) {
    return static_cast<double>(
               std::count_if(picks.begin(), picks.end(), [=](int64_t p) { return p < row; })) /
           static_cast<double>(picks.size());
  };
  EXPECT_NEAR(below((1 << 10) - 1), 0.5, 0.01);  // half of the logarithm
  EXPECT_NEAR(below((1 << 5) - 1), 0.25, 0.01);
}

TEST(PickSourceTest, OneRowAndTinyTables) {
  EXPECT_EQ(Unique(Picks("one-row", 1000, 500)), 1);
  for (const char* name : {"uniform", "log-uniform", "one-row"}) {
    EXPECT_EQ(Picks(name, 1, 3), (std::vector<int64_t>{0, 0, 0})) << name;
  }
}

TEST(PickSourceTest, EveryRepetitionHasItsOwn) {
  auto source = *PickSource::Create("uniform", 1 << 30);
  EXPECT_NE(source.Next(10), source.Next(10));
}

TEST(PickSourceTest, ATraceGoesRound) {
  TempDir temp;
  const std::string path = temp.File("trace");
  auto writer = *PickTraceWriter::Create(path, 16);
  ASSERT_TRUE(writer->Add(1, 0, Tensor::From<int64_t>({1, 2}, {3, 15})).ok());
  ASSERT_TRUE(writer->Add(1, 4, Tensor::From<int64_t>({1, 1}, {7})).ok());
  ASSERT_TRUE(writer->Commit().ok());
  EXPECT_EQ(Picks(absl::StrCat("trace:", path), 16, 7),
            (std::vector<int64_t>{3, 15, 7, 3, 15, 7, 3}));
  const auto other = PickSource::Create(absl::StrCat("trace:", path), 64);
  EXPECT_NE(other.status().message().find("give keys=4"), std::string::npos) << other.status();
}

TEST(PickSourceTest, UnknownNamesAreRefused) {
  EXPECT_FALSE(PickSource::Create("normal", 10).ok());
  EXPECT_FALSE(PickSource::Create("", 10).ok());
  EXPECT_FALSE(PickSource::Create("trace:/nonexistent", 10).ok());
}

TEST(DistinctRowsTest, AscendingAndDifferent) {
  PhiloxStream random(MakePhiloxKey(1, 2));
  for (const int64_t n_rows : {1, 2, 100, 1001}) {
    for (const int64_t count : {int64_t{0}, int64_t{1}, n_rows / 3, n_rows - 1, n_rows}) {
      const std::vector<int64_t> rows = DistinctRows(count, n_rows, &random);
      EXPECT_EQ(rows.size(), count);
      EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
      EXPECT_EQ(Unique(rows), count);
      EXPECT_TRUE(rows.empty() || (rows.front() >= 0 && rows.back() < n_rows));
    }
  }
}

}  // namespace
}  // namespace mneme
