#include "runtime/kernels/fill/fill.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

TEST(FillTest, FillsEveryElementAndNoMore) {
  for (Device device : AvailableDevices()) {
    for (int64_t count : {0, 1, 7, 255, 257, 70001}) {
      Tensor x = Tensor::Zeros({count + 1}, DType::kF32, device);
      Fill(x.Slice(0, count), 2.5);
      std::vector<float> expected(count, 2.5f);
      expected.push_back(0.0f);
      EXPECT_EQ(x.ToVector<float>(), expected) << device.name() << " count " << count;
    }
  }
}

TEST(FillTest, EveryDType) {
  for (Device device : AvailableDevices()) {
    Tensor x = Tensor::Zeros({3}, DType::kI64, device);
    Fill(x, -7);
    EXPECT_EQ(x.ToVector<int64_t>(), std::vector<int64_t>(3, -7));
    Tensor y = Tensor::Zeros({3}, DType::kI32, device);
    Fill(y, -7);
    EXPECT_EQ(y.ToVector<int32_t>(), std::vector<int32_t>(3, -7));
    for (const auto& half : Tensor::Zeros({3}, DType::kBF16, device).ToVector<bf16>()) {
      EXPECT_EQ(half.bits, 0);
    }
    Tensor b = Tensor::Zeros({3}, DType::kBF16, device);
    Fill(b, -1.5);
    for (const auto& half : b.ToVector<bf16>()) EXPECT_EQ(static_cast<float>(half), -1.5f);
    Tensor h = Tensor::Zeros({3}, DType::kF16, device);
    Fill(h, -1.5);
    for (const auto& half : h.ToVector<f16>()) EXPECT_EQ(static_cast<float>(half), -1.5f);
  }
}

}  // namespace
}  // namespace mneme
