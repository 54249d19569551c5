#include "runtime/kernels/reduce/reduce.h"

#include <gtest/gtest.h>

#include <cmath>

#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

TEST(ReduceTest, ColumnSum) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
      for (const auto& [rows, columns] :
           {std::pair<int64_t, int64_t>{0, 3}, {1, 1}, {7, 130}, {1000, 65}, {129, 64}}) {
        const Tensor x = RandomTensor({rows, columns}, 1, device, dtype);
        const std::vector<float> values = Cast(x, DType::kF32).ToVector<float>();
        const std::vector<float> sums = ColumnSum(x).ToVector<float>();
        for (int64_t c = 0; c < columns; ++c) {
          double sum = 0.0, magnitude = 1e-30;
          for (int64_t r = 0; r < rows; ++r) {
            sum += values[r * columns + c];
            magnitude += std::abs(values[r * columns + c]);
          }
          ASSERT_TRUE(std::abs(sums[c] - sum) <= 2e-6 * magnitude)
              << device.name() << " " << DTypeName(dtype) << " " << rows << "x" << columns
              << " column " << c << ": " << sums[c] << " instead of " << sum;
        }
      }
    }
  }
}

TEST(ReduceTest, SquaredNormsOfManyTensors) {
  for (Device device : AvailableDevices()) {
    std::vector<Tensor> xs(1);  // undefined
    std::vector<double> expected = {0.0};
    // More than travel in one launch; one of several chunks.
    for (int64_t i = 0; i < 70; ++i) {
      xs.push_back(RandomTensor({i == 40 ? 100003 : 11 * i}, 1 + i, device));
      expected.push_back(0.0);
      for (float v : xs.back().ToVector<float>()) expected.back() += double{v} * v;
    }
    const std::vector<float> got = SquaredNorms(xs, device).ToVector<float>();
    ASSERT_EQ(got.size(), expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_TRUE(std::abs(got[i] - expected[i]) <= 1e-6 * expected[i]) << i << ": " << got[i];
    }
    EXPECT_EQ(SquaredNorms({}, device).numel(), 0);
  }
}

TEST(ReduceTest, SameBitsForAnyNumberOfThreads) {
  const Tensor x = RandomTensor({1000, 301}, 5);
  std::vector<float> columns, norm;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const Tensor squares = SquaredNorms({x}, Device::Cpu());
    if (columns.empty()) columns = ColumnSum(x).ToVector<float>();
    if (norm.empty()) norm = squares.ToVector<float>();
    EXPECT_EQ(ColumnSum(x).ToVector<float>(), columns);
    EXPECT_EQ(squares.ToVector<float>(), norm);
  }
  SetNumThreads(0);
}

}  // namespace
}  // namespace mneme
