#include "memory_layer/gather/gather.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "autograd/testing/gradient_check.h"
#include "memory_layer/cast_weight/cast_weight.h"
#include "memory_layer/testing/table_store.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

std::shared_ptr<const PickPlan> Plan(int64_t tokens, int64_t picks, const std::vector<int64_t>& ids,
                                     int64_t n_rows, Device device = Device::Cpu()) {
  return std::make_shared<PickPlan>(Tensor::From<int64_t>({tokens, picks}, ids, device), n_rows);
}

// Inputs: weights [T, P], table [n_rows, dim].
void CheckWeightedRowSum(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
                         const std::vector<int64_t>& ids) {
  SCOPED_TRACE(testing::Message() << n_rows << "x" << dim << ", " << tokens << "x" << picks);
  std::vector<std::unique_ptr<TableStore>> stores;  // alive until the backward pass
  CheckOp(
      {{tokens, picks}, {n_rows, dim}},
      [&](const auto& in) {
        stores.push_back(std::make_unique<TableStore>(in[1]));
        const auto plan = Plan(tokens, picks, ids, n_rows, in[0].value().device());
        return WeightedRowSum(stores.back().get(), plan, CastWeight(in[0], DType::kF32),
                              in[0].value().dtype());
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
      {.sum_length = std::max(picks, dim)});
}

// Inputs: x [T, dim], table [n_rows, dim].
void CheckRowDot(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
                 const std::vector<int64_t>& ids) {
  SCOPED_TRACE(testing::Message() << n_rows << "x" << dim << ", " << tokens << "x" << picks);
  std::vector<std::unique_ptr<TableStore>> stores;  // alive until the backward pass
  CheckOp(
      {{tokens, dim}, {n_rows, dim}},
      [&](const auto& in) {
        stores.push_back(std::make_unique<TableStore>(in[1]));
        return RowDot(stores.back().get(), Plan(tokens, picks, ids, n_rows, in[0].value().device()),
                      in[0]);
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
      {.sum_length = std::max(picks, dim)});
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

// Gradients of rows that many picks share, against plain sums in double.
void CheckLongSegments(int64_t n_rows, int64_t dim, int64_t tokens, int64_t picks,
                       const std::vector<int64_t>& ids, Device device, DType dtype) {
  SCOPED_TRACE(testing::Message() << device.name() << " " << DTypeName(dtype) << ", dim " << dim
                                  << ", " << tokens << "x" << picks);
  const Variable table = Variable::Leaf(RandomTensor({n_rows, dim}, 1, device));
  TableStore store(table);
  const Tensor weights = RandomTensor({tokens, picks}, 2, device);
  const Tensor dout = RandomTensor({tokens, dim}, 3, device, dtype);
  Tape tape;
  TapeScope scope(&tape);
  tape.Backward(
      WeightedRowSum(&store, Plan(tokens, picks, ids, n_rows, device), Variable(weights), dtype),
      dout);
  const std::vector<float> got = table.gradient()->tensor().ToVector<float>();
  const std::vector<float> w = weights.ToVector<float>();
  const std::vector<float> d = Cast(dout, DType::kF32).ToVector<float>();
  std::vector<double> expected(n_rows * dim), magnitudes(n_rows * dim);
  for (int64_t i = 0; i < tokens * picks; ++i) {
    for (int64_t c = 0; c < dim; ++c) {
      const double term = double{w[i]} * d[i / picks * dim + c];
      expected[ids[i] * dim + c] += term;
      magnitudes[ids[i] * dim + c] += std::abs(term);
    }
  }
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_TRUE(std::abs(got[i] - expected[i]) <= 1e-6 * magnitudes[i]) << i << ": " << got[i];
  }
}

// On the CPU long segments are summed in strips, on the GPU in chunks of 128 picks: the same
// numbers as a plain sum, wherever segments begin and end.
TEST(GatherTest, RowsWithThousandsOfPicks) {
  std::vector<int64_t> two_rows = RandomIds(3500, 2, 5);
  for (int64_t& id : two_rows) id = 2 * (id == 1);  // rows 0 and 2
  std::vector<int64_t> at_chunk_ends(128 * 20, 4);
  std::fill_n(at_chunk_ends.begin(), 128, 0);
  std::fill_n(at_chunk_ends.begin() + 128, 256, 1);
  std::fill_n(at_chunk_ends.begin() + 384, 127, 2);
  std::fill_n(at_chunk_ends.begin() + 511, 2, 3);
  for (Device device : AvailableDevices()) {
    CheckLongSegments(3, 131, 700, 5, two_rows, device, DType::kF32);
    CheckLongSegments(3, 2056, 700, 5, two_rows, device, DType::kBF16);
    CheckLongSegments(7, 8, 128 * 5, 4, at_chunk_ends, device, DType::kF32);
    CheckLongSegments(7, 33, 128 * 5, 4, at_chunk_ends, device, DType::kF16);
    CheckLongSegments(8, 64, 4000, 4, std::vector<int64_t>(16000, 7), device, DType::kF32);
    CheckLongSegments(900, 40, 333, 7, RandomIds(333 * 7, 900, 6), device, DType::kBF16);
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
void CheckGatedRowSum(int64_t tokens, int64_t dim, Device device, DType dtype) {
  SCOPED_TRACE(testing::Message() << device.name() << " " << DTypeName(dtype) << ", " << tokens
                                  << " x " << dim);
  constexpr int64_t kRows = 50, kPicks = 3;
  TableStore store{Variable(RandomTensor({kRows, dim}, 1, device))};
  const auto plan = Plan(tokens, kPicks, RandomIds(tokens * kPicks, kRows, 2), kRows, device);
  const Tensor weights = RandomTensor({tokens, kPicks}, 3, device);
  const Tensor gate = RandomTensor({tokens, dim}, 4, device, dtype);
  const Tensor out = GatedRowSum(&store, *plan, weights, gate);
  ASSERT_EQ(out.dtype(), dtype);
  const std::vector<float> got = Cast(out, DType::kF32).ToVector<float>();
  const std::vector<float> sums =
      WeightedRowSum(&store, plan, Variable(weights), DType::kF32).value().ToVector<float>();
  const std::vector<float> gates = Cast(gate, DType::kF32).ToVector<float>();
  const float step = dtype == DType::kF32 ? 1e-6f : dtype == DType::kF16 ? 1e-3f : 8e-3f;
  for (size_t i = 0; i < got.size(); ++i) {
    const float want = sums[i] * gates[i] / (1.0f + std::exp(-gates[i]));
    ASSERT_TRUE(std::abs(got[i] - want) <= step * (1e-3f + std::abs(want)))
        << i << ": " << got[i] << " instead of " << want;
  }
}

TEST(GatherTest, GatedRowSum) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      CheckGatedRowSum(0, 8, device, dtype);
      CheckGatedRowSum(3, 5, device, dtype);
      CheckGatedRowSum(2, 264, device, dtype);
      CheckGatedRowSum(6000, 3, device, dtype);  // many, for the GPU
    }
  }
}

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
