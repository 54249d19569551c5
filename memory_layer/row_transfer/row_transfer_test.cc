#include "memory_layer/row_transfer/row_transfer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "memory_layer/picks/picks.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// A table of random numbers that the device's kernels can read.
Tensor Table(int64_t n_rows, int64_t dim, DType dtype, Device device) {
  auto table = MapShared({n_rows, dim}, dtype, device, "a test");
  CHECK(table.ok()) << table.status();
  const Tensor numbers = RandomTensor({n_rows, dim}, 1, Device::Cpu(), dtype);
  table->CopyFromHost(numbers.raw());
  return *std::move(table);
}

// Rows of random picks, with room for their values.
RowCopies Copies(int64_t picks, const Tensor& table, uint64_t seed, Device device) {
  const int64_t n_rows = table.dim(0);
  const SortedPicks sorted =
      SortPicks(Tensor::From<int64_t>({picks}, RandomIds(picks, n_rows, seed), device), n_rows);
  return {sorted.unique_rows, sorted.unique_count,
          Tensor::Zeros({sorted.max_unique, table.dim(1)}, table.dtype(), device)};
}

std::vector<float> Values(const Tensor& x, int64_t rows) {
  return Cast(x.Slice(0, rows), DType::kF32).ToVector<float>();
}

// Expects that `copies` holds its rows of the table, and zeros beyond.
void ExpectRows(const RowCopies& copies, const Tensor& table) {
  const int64_t dim = table.dim(1), max_rows = copies.rows.numel();
  const int64_t count = copies.count.ToVector<int64_t>()[0];
  const std::vector<int64_t> rows = copies.rows.ToVector<int64_t>();
  const std::vector<float> got = Values(copies.values, max_rows);
  const std::vector<float> numbers = Values(table, table.dim(0));
  for (int64_t i = 0; i < max_rows * dim; ++i) {
    const float expected = i < count * dim ? numbers[rows[i / dim] * dim + i % dim] : 0.0f;
    ASSERT_EQ(got[i], expected) << "element " << i << " of " << count << " rows of " << dim;
  }
}

TEST(RowTransferTest, ReadsTheRowsOfATable) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16}) {
      for (int64_t dim : {1, 2, 7, 8, 130, 1024}) {
        const Tensor table = Table(300, dim, dtype, device);
        for (int64_t picks : {0, 1, 33, 700}) {
          const RowCopies copies = Copies(picks, table, picks, device);
          ReadRows(table, {}, copies);
          ExpectRows(copies, table);
        }
      }
    }
  }
}

// More pieces than all threads of the GPU's grid take at once.
TEST(RowTransferTest, ManyRows) {
  for (Device device : AvailableDevices()) {
    const Tensor table = Table(60000, 72, DType::kBF16, device);
    const RowCopies copies = Copies(90000, table, 1, device);
    ReadRows(table, {}, copies);
    ExpectRows(copies, table);
  }
}

// Rows that were copied before are taken from there: the table, which has changed since, tells.
TEST(RowTransferTest, EarlierCopiesAreUsed) {
  for (Device device : AvailableDevices()) {
    const Tensor table = Table(500, 16, DType::kF32, device);
    std::vector<RowCopies> earlier;
    std::vector<bool> is_copied(500);
    for (int64_t picks : {200, 0, 1}) {
      const RowCopies copies = Copies(picks, table, 3, device);
      ReadRows(table, earlier, copies);
      earlier.push_back(copies);
      const int64_t count = earlier.back().count.ToVector<int64_t>()[0];
      const std::vector<int64_t> rows = earlier.back().rows.ToVector<int64_t>();
      for (int64_t u = 0; u < count; ++u) is_copied[rows[u]] = true;
    }
    const std::vector<float> before = table.ToVector<float>();
    Tensor changed = table;
    changed.CopyFromHost(RandomTensor({500, 16}, 9).raw());
    const std::vector<float> after = table.ToVector<float>();
    const RowCopies copies = Copies(400, table, 4, device);
    ReadRows(table, earlier, copies);
    const int64_t count = copies.count.ToVector<int64_t>()[0];
    const std::vector<int64_t> rows = copies.rows.ToVector<int64_t>();
    const std::vector<float> got = copies.values.ToVector<float>();
    for (int64_t i = 0; i < count * 16; ++i) {
      const int64_t row = rows[i / 16], at = row * 16 + i % 16;
      ASSERT_EQ(got[i], is_copied[row] ? before[at] : after[at]) << "row " << row;
    }
  }
}

TEST(RowTransferTest, RoundsUpToTheCount) {
  for (Device device : AvailableDevices()) {
    for (int64_t dim : {1, 5, 16, 1030}) {
      const Tensor numbers = RandomTensor({20, dim}, 1, device);
      for (DType dtype : {DType::kF32, DType::kBF16}) {
        const Tensor out = Tensor::Zeros({20, dim}, dtype, device);
        const Tensor count = Tensor::From<int64_t>({1}, {13}, device);
        RoundRows({Tensor::Zeros({20}, DType::kI64, device), count, numbers}, out);
        EXPECT_EQ(Values(out, 13), Values(Cast(numbers, dtype), 13)) << device.name();
        EXPECT_EQ(Values(out.Slice(13, 20), 7), std::vector<float>(7 * dim));
      }
    }
  }
}

TEST(RowTransferTest, CopiesToHostInTheOrderOfTheStream) {
  for (Device device : AvailableDevices()) {
    const Tensor from = RandomTensor({1000, 3}, 1, device);
    auto to = MapPinned({1000, 3}, DType::kF32, device, "a test");
    ASSERT_TRUE(to.ok()) << to.status();
    Stream stream(device);
    Event ready(device), arrived(device);
    ready.Record(Stream::Compute(device));
    stream.Wait(ready);
    StartCopy(from, *to, stream);
    arrived.Record(stream);
    arrived.Synchronize();
    EXPECT_EQ(to->ToVector<float>(), from.ToVector<float>());
  }
}

}  // namespace
}  // namespace mneme
