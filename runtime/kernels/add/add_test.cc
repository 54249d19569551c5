#include "runtime/kernels/add/add.h"

#include <gtest/gtest.h>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

TEST(AddTest, AwkwardSizes) {
  for (Device device : AvailableDevices()) {
    for (int64_t count : {0, 1, 7, 257, 33001}) {
      std::vector<float> a(count), b(count), sum(count);
      for (int64_t i = 0; i < count; ++i) {
        a[i] = 0.25f * i;
        b[i] = -3.0f * i + 1;
        sum[i] = a[i] + b[i];
      }
      Tensor x = Tensor::From<float>({count}, a, device);
      Tensor y = Tensor::From<float>({count}, b, device);
      EXPECT_EQ(Sum(x, y).ToVector<float>(), sum) << device.name() << " count " << count;
      AddInPlace(x, y);
      EXPECT_EQ(x.ToVector<float>(), sum) << device.name() << " count " << count;
      EXPECT_EQ(y.ToVector<float>(), b) << device.name() << " count " << count;
    }
  }
}

TEST(AddTest, HalfPrecisionRoundsTheF32Sum) {
  for (Device device : AvailableDevices()) {
    Tensor x = Tensor::From<bf16>({2}, {bf16(1.0f), bf16(256.0f)}, device);
    Tensor y = Tensor::From<bf16>({2}, {bf16(0.5f), bf16(1.0f)}, device);
    const std::vector<bf16> sum = Sum(x, y).ToVector<bf16>();
    EXPECT_EQ(static_cast<float>(sum[0]), 1.5f);
    EXPECT_EQ(static_cast<float>(sum[1]), 256.0f);  // 257 lies between 256 and 258: to even
  }
}

TEST(AddDeathTest, ShapesMustAgree) {
  Tensor x = Tensor::Zeros({2, 3}, DType::kF32, Device::Cpu());
  Tensor y = Tensor::Zeros({3, 2}, DType::kF32, Device::Cpu());
  EXPECT_DEATH(Sum(x, y), R"(add \[2, 3\] and \[3, 2\])");
}

}  // namespace
}  // namespace mneme
