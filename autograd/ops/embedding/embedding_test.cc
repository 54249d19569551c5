#include "autograd/ops/embedding/embedding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

std::vector<int32_t> Narrow(const std::vector<int64_t>& ids) {
  return std::vector<int32_t>(ids.begin(), ids.end());
}

void CheckEmbedding(int64_t table_rows, int64_t dim, const std::vector<int32_t>& ids) {
  const Shape ids_shape = {static_cast<int64_t>(ids.size())};
  const CheckOptions options = {.sum_length = static_cast<int64_t>(ids.size())};
  CheckOp(
      {{table_rows, dim}},
      [&](const auto& in) {
        return Embedding(in[0], Tensor::From<int32_t>(ids_shape, ids, in[0].value().device()));
      },
      [&](const auto& in) {
        auto out = in[0];
        out.clear();
        for (int32_t id : ids) {
          out.insert(out.end(), in[0].begin() + id * dim, in[0].begin() + (id + 1) * dim);
        }
        return out;
      },
      options);
}

TEST(EmbeddingTest, MatchesReference) {
  CheckEmbedding(1, 1, {0});
  CheckEmbedding(3, 7, {2, 0, 2});
  CheckEmbedding(5, 8, {});
  CheckEmbedding(4, 33, {3, 3, 3, 3, 0});
  CheckEmbedding(17, 5, Narrow(RandomIds(101, 17, 1)));
}

// What the backward pass must give, in double.
std::vector<double> SumsById(int64_t table_rows, int64_t dim, const std::vector<int32_t>& ids,
                             const Tensor& dout) {
  const std::vector<float> values = Cast(dout, DType::kF32).ToVector<float>();
  std::vector<double> sums(table_rows * dim);
  for (size_t i = 0; i < ids.size(); ++i) {
    for (int64_t c = 0; c < dim; ++c) sums[ids[i] * dim + c] += values[i * dim + c];
  }
  return sums;
}

Tensor TableGradient(const Tensor& table, const std::vector<int32_t>& ids, const Tensor& dout) {
  const Shape ids_shape = {static_cast<int64_t>(ids.size())};
  const Variable leaf = Variable::Leaf(table);
  Tape tape;
  TapeScope scope(&tape);
  tape.Backward(Embedding(leaf, Tensor::From<int32_t>(ids_shape, ids, table.device())), dout);
  return leaf.gradient()->tensor();
}

// Ids that many places share, so that their runs cross the tiles of the CUDA kernel, or fill them.
TEST(EmbeddingTest, SumsRunsOfAnyLength) {
  constexpr int64_t kRows = 100, kDim = 301, kCount = 2000;
  std::vector<int32_t> mixed = Narrow(RandomIds(kCount, kRows, 1));
  for (int64_t i = 0; i < kCount; i += 2) mixed[i] = 57;
  std::vector<int32_t> in_runs;
  for (int32_t id = 0; id < 40; ++id) in_runs.insert(in_runs.end(), id * 3 % 71 + 1, id);
  const std::vector<int32_t> all_same(kCount, kRows - 1), tile_long(64, 3);
  for (const auto& ids : {mixed, in_runs, all_same, tile_long}) {
    for (Device device : AvailableDevices()) {
      for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
        const int64_t count = static_cast<int64_t>(ids.size());
        const Tensor table = RandomTensor({kRows, kDim}, 2, device, dtype);
        const Tensor dout = RandomTensor({count, kDim}, 3, device, dtype);
        const std::vector<double> want = SumsById(kRows, kDim, ids, dout);
        const Tensor got = TableGradient(table, ids, dout);
        ASSERT_EQ(got.dtype(), DType::kF32);
        const std::vector<float> values = got.ToVector<float>();
        for (size_t i = 0; i < want.size(); ++i) {
          // A sum in any order is off by some sqrt(uses) roundings of the terms' magnitude. A row
          // that nobody uses is zero.
          const double uses = std::count(ids.begin(), ids.end(), i / kDim);
          ASSERT_TRUE(std::abs(values[i] - want[i]) <= 1.2e-7 * (2 + std::sqrt(uses)) * uses)
              << device.name() << " " << DTypeName(dtype) << " row " << i / kDim << " column "
              << i % kDim << ": " << values[i] << ", expected " << want[i];
        }
        EXPECT_EQ(TableGradient(table, ids, dout).ToVector<float>(), values) << "not repeatable";
      }
    }
  }
}

TEST(EmbeddingTest, RowsOfEveryByteLength) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16}) {
      for (int64_t dim : {1, 2, 3, 4, 8, 101, 256, 1032}) {
        const Tensor table = RandomTensor({7, dim}, 1, device, dtype);
        const Tensor ids = Tensor::From<int32_t>({2, 2}, {6, 0, 3, 6}, device);
        const Tensor out = Embedding(Variable(table), ids).value();
        ASSERT_EQ(out.shape(), Shape({2, 2, dim}));
        ASSERT_EQ(out.dtype(), dtype);
        const std::vector<float> from = Cast(table, DType::kF32).ToVector<float>();
        const std::vector<float> to = Cast(out, DType::kF32).ToVector<float>();
        const int64_t rows[] = {6, 0, 3, 6};
        for (int i = 0; i < 4; ++i) {
          EXPECT_TRUE(std::equal(to.begin() + i * dim, to.begin() + (i + 1) * dim,
                                 from.begin() + rows[i] * dim))
              << device.name() << " dim " << dim << " row " << i;
        }
      }
    }
  }
}

TEST(EmbeddingTest, ManyRows) {
  constexpr int64_t kCount = 5003, kDim = 66;
  const std::vector<int32_t> ids = Narrow(RandomIds(kCount, 50, 1));
  for (Device device : AvailableDevices()) {
    const Tensor table = RandomTensor({50, kDim}, 2, device);
    const std::vector<float> from = table.ToVector<float>();
    const std::vector<float> to =
        Embedding(Variable(table), Tensor::From<int32_t>({kCount}, ids, device))
            .value()
            .ToVector<float>();
    for (int64_t i = 0; i < kCount; ++i) {
      ASSERT_TRUE(std::equal(to.begin() + i * kDim, to.begin() + (i + 1) * kDim,
                             from.begin() + ids[i] * kDim))
          << device.name() << " row " << i;
    }
  }
}

TEST(EmbeddingTest, SameBitsForAnyNumberOfThreads) {
  const std::vector<int32_t> ids = Narrow(RandomIds(1000, 50, 1));
  const Tensor table = RandomTensor({50, 133}, 2), dout = RandomTensor({1000, 133}, 3);
  std::vector<float> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const std::vector<float> gradient = TableGradient(table, ids, dout).ToVector<float>();
    if (first.empty()) first = gradient;
    EXPECT_EQ(gradient, first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(EmbeddingDeathTest, IdsMustBeInTheTable) {
  const Variable table(RandomTensor({3, 2}, 1));
  EXPECT_DEATH(Embedding(table, Tensor::From<int32_t>({2}, {0, 3})),
               R"(\[3, 2\]: id 1 of \[2\] is 3)");
  EXPECT_DEATH(Embedding(table, Tensor::From<int32_t>({1}, {-1})), "id 0 of .* is -1");
  EXPECT_DEATH(Embedding(table, Tensor::From<int64_t>({1}, {0})), "ids i64");
  EXPECT_DEATH(Embedding(Variable(RandomTensor({3}, 1)), Tensor::From<int32_t>({1}, {0})),
               R"(table f32 \[3\])");
}

}  // namespace
}  // namespace mneme
