#include "memory_layer/sparse_adam/sparse_adam.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "memory_layer/picks/picks.h"
#include "memory_layer/testing/adam_args.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// The update of one element in double.
struct Element {
  double value, exp_avg = 0.0, exp_avg_sq = 0.0;

  void Update(double g, int64_t step) {
    exp_avg = 0.9 * exp_avg + 0.1 * g;
    exp_avg_sq = 0.95 * exp_avg_sq + 0.05 * g * g;
    const double m = exp_avg / (1 - std::pow(0.9, step));
    const double v = exp_avg_sq / (1 - std::pow(0.95, step));
    value -= 0.01 * m / (std::sqrt(v) + 1e-8);
  }
};

AdamTable RandomTable(int64_t n_rows, int64_t dim, Device device = Device::Cpu()) {
  return {RandomTensor({n_rows, dim}, 1, device), Tensor::Zeros({n_rows, dim}, DType::kF32, device),
          Tensor::Zeros({n_rows, dim}, DType::kF32, device), Tensor(), PhiloxKey()};
}

// Random rows with random gradients.
RowGradients RandomTouch(int64_t picks, int64_t n_rows, int64_t dim, uint64_t seed,
                         Device device = Device::Cpu(), DType dtype = DType::kF32) {
  const SortedPicks sorted =
      SortPicks(Tensor::From<int64_t>({picks}, RandomIds(picks, n_rows, seed), device), n_rows);
  return {sorted.unique_rows, sorted.unique_count,
          RandomTensor({sorted.max_unique, dim}, seed, device, dtype)};
}

struct Case {
  int64_t n_rows, dim, picks;
  float scale = 1.0f;
  DType gradients_dtype = DType::kF32;
  bool has_rounded = false;
};

void CheckSteps(const Case& c, Device device) {
  const int64_t n_rows = c.n_rows, dim = c.dim;
  SCOPED_TRACE(testing::Message() << device.name() << " " << n_rows << " x " << dim << ", "
                                  << c.picks << " picks");
  AdamTable table = RandomTable(n_rows, dim, device);
  if (c.has_rounded) table.rounded = Cast(table.values, DType::kBF16);
  const std::vector<float> start = table.values.ToVector<float>();
  std::vector<Element> expected;
  for (float v : start) expected.push_back({v});
  for (int64_t step = 1; step <= 4; ++step) {
    const RowGradients touched = RandomTouch(c.picks, n_rows, dim, step, device, c.gradients_dtype);
    SparseAdam(AdamArgs(step, device, c.scale), touched, table);
    const std::vector<int64_t> rows = touched.rows.ToVector<int64_t>();
    const std::vector<float> gradients = Cast(touched.gradients, DType::kF32).ToVector<float>();
    const int64_t count = touched.count.ToVector<int64_t>()[0];
    for (int64_t i = 0; i < count * dim; ++i) {
      expected[rows[i / dim] * dim + i % dim].Update(gradients[i] * c.scale, step);
    }
  }
  const std::vector<float> values = table.values.ToVector<float>();
  const std::vector<float> exp_avg = table.exp_avg.ToVector<float>();
  const std::vector<float> exp_avg_sq = table.exp_avg_sq.ToVector<float>();
  for (size_t i = 0; i < expected.size(); ++i) {
    ASSERT_TRUE(std::abs(values[i] - expected[i].value) <= 4e-7) << "element " << i;
    ASSERT_TRUE(std::abs(exp_avg[i] - expected[i].exp_avg) <= 4e-7) << "element " << i;
    ASSERT_TRUE(std::abs(exp_avg_sq[i] - expected[i].exp_avg_sq) <= 4e-7) << "element " << i;
    // Rows that were never touched keep their bits.
    ASSERT_TRUE(values[i] == start[i] || expected[i].exp_avg_sq != 0.0) << "element " << i;
  }
  if (!c.has_rounded) return;
  EXPECT_EQ(Cast(table.rounded, DType::kF32).ToVector<float>(),
            Cast(Cast(table.values, DType::kBF16), DType::kF32).ToVector<float>());
}

TEST(SparseAdamTest, FollowsTheFormula) {
  for (Device device : AvailableDevices()) {
    CheckSteps({1, 1, 1}, device);
    CheckSteps({7, 3, 0}, device);
    CheckSteps({100, 17, 60}, device);
    CheckSteps({1000, 64, 3000, 0.25f}, device);
    CheckSteps({33, 1031, 20}, device);
    CheckSteps({100, 17, 60, 1.0f, DType::kBF16}, device);
    CheckSteps({200, 24, 300, 0.5f, DType::kBF16, true}, device);
    CheckSteps({50, 9, 30, 1.0f, DType::kF32, true}, device);
  }
}

TEST(SparseAdamTest, NoScaleIsAStepToSkip) {
  for (Device device : AvailableDevices()) {
    const AdamTable table = RandomTable(10, 5, device);
    const std::vector<float> before = table.values.ToVector<float>();
    SparseAdam(AdamArgs(1, device, NAN), RandomTouch(20, 10, 5, 1, device), table);
    EXPECT_EQ(table.values.ToVector<float>(), before);
    EXPECT_EQ(table.exp_avg.ToVector<float>(), std::vector<float>(50));
  }
}

// Values in bf16 move as those in f32 do, on average: 2000 rows that start and step alike.
TEST(SparseAdamTest, StochasticRoundingIsRightOnAverage) {
  const int64_t n_rows = 2000, dim = 21;
  std::vector<int64_t> all(n_rows);
  for (int64_t i = 0; i < n_rows; ++i) all[i] = i;
  const RowGradients touched = {
      Tensor::From<int64_t>({n_rows}, all), Tensor::From<int64_t>({1}, {n_rows}),
      Cast(Tensor::From<float>({n_rows, dim}, std::vector<float>(n_rows * dim, 1.0f)),
           DType::kBF16)};
  const Tensor ones = Tensor::From<float>({n_rows, dim}, std::vector<float>(n_rows * dim, 1.0f));
  const Tensor zeros = Tensor::Zeros({n_rows, dim}, DType::kF32, Device::Cpu());
  AdamTable table = {Cast(ones, DType::kBF16), zeros.Clone(), zeros.Clone(), Tensor(),
                     MakePhiloxKey(1, 2)};
  SparseAdamArgs args = AdamArgs(1);
  args.lr = 0.0005;  // a bf16's neighbours below 1 are 0.0039 apart: nearest rounding stands still
  SparseAdam(args, touched, table);
  const std::vector<float> values = Cast(table.values, DType::kF32).ToVector<float>();
  std::vector<double> column_sums(dim);
  for (int64_t i = 0; i < n_rows * dim; ++i) {
    ASSERT_TRUE(values[i] == 1.0f || values[i] == 1.0f - 1.0f / 256) << i;
    column_sums[i % dim] += 1.0 - values[i];
  }
  // 12.8% of a column's 2000 step down, with a standard deviation of 0.75%.
  for (double sum : column_sums) EXPECT_NEAR(sum / n_rows, 0.0005, 0.00013);
  // Another update draws other numbers, the same update the same ones.
  AdamTable again = {Cast(ones, DType::kBF16), zeros.Clone(), zeros.Clone(), Tensor(),
                     table.rounding_key};
  SparseAdam(args, touched, again);
  EXPECT_EQ(Cast(again.values, DType::kF32).ToVector<float>(), values);
  again = {Cast(ones, DType::kBF16), zeros.Clone(), zeros.Clone(), Tensor(), table.rounding_key};
  args.factors = MakeAdamFactors(1.0, 0.9, 0.95, 2);
  SparseAdam(args, touched, again);
  EXPECT_NE(Cast(again.values, DType::kF32).ToVector<float>(), values);
}

TEST(SparseAdamTest, ATouchedRowWithoutGradientMovesOn) {
  const AdamTable table = RandomTable(2, 3);
  const RowGradients first = {Tensor::From<int64_t>({1}, {1}), Tensor::From<int64_t>({1}, {1}),
                              Tensor::From<float>({1, 3}, {1, 2, 3})};
  SparseAdam(AdamArgs(1), first, table);
  const std::vector<float> before = table.values.ToVector<float>();
  RowGradients zero = first;
  zero.gradients = Tensor::Zeros({1, 3}, DType::kF32, Device::Cpu());
  SparseAdam(AdamArgs(2), zero, table);
  const std::vector<float> after = table.values.ToVector<float>();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(after[i], before[i]);
  for (int i = 3; i < 6; ++i) EXPECT_LT(after[i], before[i]);
}

// Only the first `count` rows are valid: the rest of the arrays is room that was not needed.
TEST(SparseAdamTest, ReadsTheCountFromTheDevice) {
  const AdamTable table = RandomTable(4, 2);
  const std::vector<float> before = table.values.ToVector<float>();
  const RowGradients touched = {Tensor::From<int64_t>({3}, {2, 3, 0}),
                                Tensor::From<int64_t>({1}, {1}),
                                Tensor::From<float>({3, 2}, {1, 1, 1, 1, 1, 1})};
  SparseAdam(AdamArgs(1), touched, table);
  const std::vector<float> after = table.values.ToVector<float>();
  for (int i = 0; i < 8; ++i) EXPECT_EQ(after[i] != before[i], i / 2 == 2) << i;
}

TEST(SparseAdamTest, SameBitsForAnyNumberOfThreads) {
  std::vector<float> first;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const AdamTable table = RandomTable(3000, 33);
    for (int64_t step = 1; step <= 2; ++step) {
      SparseAdam(AdamArgs(step), RandomTouch(5000, 3000, 33, step), table);
    }
    if (first.empty()) first = table.values.ToVector<float>();
    EXPECT_EQ(table.values.ToVector<float>(), first);
  }
  SetNumThreads(0);
}

TEST(SparseAdamDeathTest, ShapesMustFit) {
  const AdamTable table = RandomTable(4, 2);
  const RowGradients touched = {Tensor::From<int64_t>({1}, {2}), Tensor::From<int64_t>({1}, {1}),
                                Tensor::From<float>({1, 3}, {1, 1, 1})};
  EXPECT_DEATH(SparseAdam(AdamArgs(1), touched, table), "sparse Adam of \\[4, 2\\].*\\[1, 3\\]");
}

}  // namespace
}  // namespace mneme
