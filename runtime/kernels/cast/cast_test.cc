#include "runtime/kernels/cast/cast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "runtime/core/devices.h"

namespace mneme {
namespace {

float ThroughHalf(DType dtype, float x, Device device) {
  const Tensor half = Cast(Tensor::From<float>({1}, {x}, device), dtype);
  return Cast(half, DType::kF32).ToVector<float>()[0];
}

TEST(CastTest, RoundsToNearestEven) {
  for (Device device : AvailableDevices()) {
    EXPECT_EQ(ThroughHalf(DType::kBF16, 257.0f, device), 256.0f);
    EXPECT_EQ(ThroughHalf(DType::kBF16, 259.0f, device), 260.0f);
    EXPECT_EQ(ThroughHalf(DType::kBF16, 257.01f, device), 258.0f);
    EXPECT_EQ(ThroughHalf(DType::kF16, 2049.0f, device), 2048.0f);
    EXPECT_EQ(ThroughHalf(DType::kF16, 2051.0f, device), 2052.0f);
    EXPECT_EQ(ThroughHalf(DType::kF16, -2049.5f, device), -2050.0f);
  }
}

TEST(CastTest, LimitsOfF16) {
  for (Device device : AvailableDevices()) {
    EXPECT_EQ(ThroughHalf(DType::kF16, 65519.0f, device), 65504.0f);
    EXPECT_EQ(ThroughHalf(DType::kF16, 65520.0f, device), INFINITY);
    EXPECT_EQ(ThroughHalf(DType::kF16, 5.9604645e-8f, device), 5.9604645e-8f);  // 2^-24
    EXPECT_EQ(ThroughHalf(DType::kF16, 2.9802322e-8f, device), 0.0f);           // 2^-25: to even
    EXPECT_EQ(ThroughHalf(DType::kF16, 3.1e-5f, device), 3.0994415e-5f);        // subnormal
  }
}

TEST(CastTest, SpecialValues) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kBF16, DType::kF16}) {
      EXPECT_EQ(ThroughHalf(dtype, -INFINITY, device), -INFINITY);
      EXPECT_TRUE(std::isnan(ThroughHalf(dtype, NAN, device)));
      EXPECT_TRUE(std::signbit(ThroughHalf(dtype, -0.0f, device)));
    }
    EXPECT_EQ(ThroughHalf(DType::kBF16, std::numeric_limits<float>::max(), device), INFINITY);
  }
}

TEST(CastTest, DevicesRoundAlike) {
  std::vector<float> floats(1 << 20);
  uint32_t bits = 1;
  for (float& x : floats) x = FloatFromBits(bits = bits * 1664525 + 1013904223);
  for (DType dtype : {DType::kBF16, DType::kF16}) {
    const auto rounded = [&](Device device) {
      const Tensor x = Tensor::From<float>({1 << 20}, floats, device);
      std::vector<f16> halves(floats.size());
      Cast(x, dtype).CopyToHost(halves.data());
      return halves;
    };
    const std::vector<f16> want = rounded(Device::Cpu());
    for (Device device : AvailableDevices()) {
      const std::vector<f16> got = rounded(device);
      for (size_t i = 0; i < floats.size(); ++i) {
        if (std::isnan(floats[i])) continue;
        ASSERT_EQ(got[i].bits, want[i].bits) << device.name() << " " << FloatBits(floats[i]);
      }
    }
  }
}

TEST(CastTest, EveryHalfSurvivesTheRoundTrip) {
  for (Device device : AvailableDevices()) {
    for (DType dtype : {DType::kBF16, DType::kF16}) {
      std::vector<f16> bits(1 << 16);
      for (int i = 0; i < 1 << 16; ++i) bits[i].bits = static_cast<uint16_t>(i);
      Tensor half = Tensor::Empty({1 << 16}, dtype, device);
      half.CopyFromHost(bits.data());
      const std::vector<float> wide = Cast(half, DType::kF32).ToVector<float>();
      Cast(Tensor::From<float>({1 << 16}, wide, device), dtype).CopyToHost(bits.data());
      for (int i = 0; i < 1 << 16; ++i) {
        if (!std::isnan(wide[i])) {
          ASSERT_EQ(bits[i].bits, i) << DTypeName(dtype);
        }
      }
    }
  }
}

TEST(CastTest, SameDTypeIsTheSameTensor) {
  const Tensor x = Tensor::Zeros({3}, DType::kF32, Device::Cpu());
  EXPECT_EQ(Cast(x, DType::kF32).raw(), x.raw());
}

}  // namespace
}  // namespace mneme
