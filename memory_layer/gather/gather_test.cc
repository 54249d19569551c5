#include "memory_layer/gather/gather.h"

#include <gtest/gtest.h>

#include <vector>

#include "autograd/testing/gradient_check.h"
#include "memory_layer/testing/table_store.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

const CheckOptions kOptions = {.dtypes = {DType::kF32}, .devices = {Device::Cpu()}};

std::shared_ptr<const PickPlan> Plan(int64_t tokens, int64_t picks, const std::vector<int64_t>& ids,
                                     int64_t n_rows) {
  return std::make_shared<PickPlan>(Tensor::From<int64_t>({tokens, picks}, ids), n_rows);
}

// Inputs: weights [T, P], table [n_rows, dim].
void CheckWeightedRowSum(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
                         const std::vector<int64_t>& ids) {
  SCOPED_TRACE(testing::Message() << n_rows << "x" << dim << ", " << tokens << "x" << picks);
  const auto plan = Plan(tokens, picks, ids, n_rows);
  std::vector<std::unique_ptr<TableStore>> stores;  // alive until the backward pass
  CheckOp(
      {{tokens, picks}, {n_rows, dim}},
      [&](const auto& in) {
        stores.push_back(std::make_unique<TableStore>(in[1]));
        return WeightedRowSum(stores.back().get(), plan, in[0], DType::kF32);
      },
      [&](const auto& in) {
        std::vector<Complex> out(tokens * dim);
        for (int64_t i = 0; i < tokens * picks; ++i) {
          for (int64_t c = 0; c < dim; ++c) {
            out[i / picks * dim + c] += in[0][i] * in[1][ids[i] * dim + c];
          }
        }
        return out;
      },
      kOptions);
}

// Inputs: x [T, dim], table [n_rows, dim].
void CheckRowDot(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
                 const std::vector<int64_t>& ids) {
  SCOPED_TRACE(testing::Message() << n_rows << "x" << dim << ", " << tokens << "x" << picks);
  const auto plan = Plan(tokens, picks, ids, n_rows);
  std::vector<std::unique_ptr<TableStore>> stores;  // alive until the backward pass
  CheckOp(
      {{tokens, dim}, {n_rows, dim}},
      [&](const auto& in) {
        stores.push_back(std::make_unique<TableStore>(in[1]));
        return RowDot(stores.back().get(), plan, in[0]);
      },
      [&](const auto& in) {
        std::vector<Complex> out(tokens * picks);
        for (int64_t i = 0; i < tokens * picks; ++i) {
          for (int64_t c = 0; c < dim; ++c) {
            out[i] += in[0][i / picks * dim + c] * in[1][ids[i] * dim + c];
          }
        }
        return out;
      },
      kOptions);
}

void CheckBoth(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
               const std::vector<int64_t>& ids) {
  CheckWeightedRowSum(n_rows, dim, tokens, picks, ids);
  CheckRowDot(n_rows, dim, tokens, picks, ids);
}

TEST(GatherTest, AwkwardSizes) {
  CheckBoth(1, 1, 1, 1, {0});
  CheckBoth(3, 4, 0, 2, {});
  CheckBoth(37, 19, 7, 5, RandomIds(35, 37, 1));
  CheckBoth(20, 67, 13, 9, RandomIds(117, 20, 2));
  CheckBoth(300, 8, 3, 13, RandomIds(39, 300, 3));
}

TEST(GatherTest, DuplicatePicks) { CheckBoth(4, 5, 3, 4, {2, 2, 2, 0, 0, 2, 0, 2, 3, 3, 3, 3}); }

TEST(GatherTest, OneRowTakesAll) { CheckBoth(9, 3, 11, 3, std::vector<int64_t>(33, 7)); }

TEST(GatherTest, LastRow) { CheckBoth(41, 3, 2, 3, {40, 0, 40, 40, 39, 40}); }

// Long segments are summed in strips of columns: the same numbers as a plain sum.
TEST(GatherTest, ARowWithThousandsOfPicks) {
  const int64_t tokens = 700, picks = 5, dim = 131, n_rows = 3;
  std::vector<int64_t> ids = RandomIds(tokens * picks, 2, 5);
  for (int64_t& id : ids) id = 2 * (id == 1);  // rows 0 and 2
  const Variable table = Variable::Leaf(RandomTensor({n_rows, dim}, 1));
  TableStore store(table);
  const Tensor weights = RandomTensor({tokens, picks}, 2);
  const Tensor dout = RandomTensor({tokens, dim}, 3);
  Tape tape;
  TapeScope scope(&tape);
  tape.Backward(
      WeightedRowSum(&store, Plan(tokens, picks, ids, n_rows), Variable(weights), DType::kF32),
      dout);
  const std::vector<float> got = table.gradient()->tensor().ToVector<float>();
  std::vector<double> expected(n_rows * dim);
  for (int64_t i = 0; i < tokens * picks; ++i) {
    for (int64_t c = 0; c < dim; ++c) {
      expected[ids[i] * dim + c] +=
          double{weights.data<float>()[i]} * dout.data<float>()[i / picks * dim + c];
    }
  }
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(std::abs(got[i] - expected[i]) <= 1e-4) << i << ": " << got[i];
  }
}

TEST(GatherTest, WithoutTapeNothingIsRecorded) {
  TableStore store(Variable::Leaf(RandomTensor({3, 2}, 1)));
  const Variable weights = Variable::Leaf(RandomTensor({1, 2}, 2));
  const auto plan = Plan(1, 2, {0, 2}, 3);
  EXPECT_FALSE(WeightedRowSum(&store, plan, weights, DType::kF32).requires_grad());
  EXPECT_FALSE(RowDot(&store, plan, weights).requires_grad());
}

// Half precision: inputs are widened, the output rounded.
TEST(GatherTest, HalfPrecision) {
  const auto plan = Plan(3, 4, RandomIds(12, 9, 1), 9);
  for (DType dtype : {DType::kBF16, DType::kF16}) {
    TableStore store(Variable::Leaf(RandomTensor({9, 6}, 2)));
    const Variable weights = Variable::Leaf(RandomTensor({3, 4}, 3));
    const Variable x = Variable::Leaf(RandomTensor({3, 6}, 4, Device::Cpu(), dtype));
    const auto wide = WeightedRowSum(&store, plan, weights, DType::kF32).value();
    EXPECT_EQ(
        Cast(WeightedRowSum(&store, plan, weights, dtype).value(), DType::kF32).ToVector<float>(),
        Cast(Cast(wide, dtype), DType::kF32).ToVector<float>());
    Tape tape;
    TapeScope scope(&tape);
    const Variable dots = RowDot(&store, plan, x);
    EXPECT_EQ(
        dots.value().ToVector<float>(),
        RowDot(&store, plan, Variable(Cast(x.value(), DType::kF32))).value().ToVector<float>());
    tape.Backward(dots, RandomTensor({3, 4}, 5));
    EXPECT_EQ(x.gradient()->tensor().dtype(), dtype);
  }
}

TEST(GatherTest, SameBitsForAnyNumberOfThreads) {
  const int64_t tokens = 300, picks = 17, n_rows = 500, dim = 70;
  std::vector<int64_t> ids = RandomIds(tokens * picks, n_rows, 1);
  for (size_t i = 0; i < ids.size(); i += 2) ids[i] = 3;  // one long segment
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const Variable table = Variable::Leaf(RandomTensor({n_rows, dim}, 1));
    TableStore store(table);
    const auto plan = Plan(tokens, picks, ids, n_rows);
    const Variable x = Variable::Leaf(RandomTensor({tokens, dim}, 2));
    Tape tape;
    TapeScope scope(&tape);
    const Variable dots = RowDot(&store, plan, x);
    const Variable out = WeightedRowSum(&store, plan, dots, DType::kF32);
    const std::vector<float> values = out.value().ToVector<float>();
    tape.Backward(out, RandomTensor({tokens, dim}, 3));
    const std::vector<std::vector<float>> all = {values, x.gradient()->tensor().ToVector<float>(),
                                                 table.gradient()->tensor().ToVector<float>()};
    if (first.empty()) first = all;
    EXPECT_TRUE(all == first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(GatherDeathTest, ShapesMustFit) {
  TableStore store(Variable::Leaf(RandomTensor({3, 2}, 1)));
  const auto plan = Plan(1, 2, {0, 2}, 3);
  EXPECT_DEATH(WeightedRowSum(&store, plan, Variable(RandomTensor({1, 3}, 1)), DType::kF32),
               "WeightedRowSum of \\[1, 3\\] with picks \\[1, 2\\]");
  EXPECT_DEATH(RowDot(&store, plan, Variable(RandomTensor({1, 3}, 1))),
               "RowDot of \\[1, 3\\] with picks \\[1, 2\\] of rows of width 2");
  EXPECT_DEATH(RowDot(&store, Plan(1, 2, {0, 2}, 4), Variable(RandomTensor({1, 2}, 1))),
               "another table's");
}

}  // namespace
}  // namespace mneme
