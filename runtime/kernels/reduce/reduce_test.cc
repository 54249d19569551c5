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

TEST(ReduceTest, SquaredNormAddsUpOverTensors) {
  for (Device device : AvailableDevices()) {
    const Tensor total = Tensor::Zeros({}, DType::kF32, device);
    double expected = 0.0;
    for (int64_t count : {0, 1, 9, 257, 100003}) {
      const Tensor x = RandomTensor({count}, 1 + count, device);
      for (float v : x.ToVector<float>()) expected += static_cast<double>(v) * v;
      AddSquaredNorm(x, total);
      const double got = total.ToVector<float>()[0];
      EXPECT_TRUE(std::abs(got - expected) <= 1e-6 * expected) << got << " not " << expected;
    }
    AddSquaredNorm(Tensor::From<bf16>({2}, {bf16(3.0f), bf16(-4.0f)}, device), total);
    EXPECT_NEAR(total.ToVector<float>()[0], expected + 25.0, 1e-6 * expected);
  }
}

TEST(ReduceTest, SameBitsForAnyNumberOfThreads) {
  const Tensor x = RandomTensor({1000, 301}, 5);
  std::vector<float> columns, norm;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const Tensor total = Tensor::Zeros({}, DType::kF32, Device::Cpu());
    AddSquaredNorm(x, total);
    if (columns.empty()) columns = ColumnSum(x).ToVector<float>();
    if (norm.empty()) norm = total.ToVector<float>();
    EXPECT_EQ(ColumnSum(x).ToVector<float>(), columns);
    EXPECT_EQ(total.ToVector<float>(), norm);
  }
  SetNumThreads(0);
}

}  // namespace
}  // namespace mneme
