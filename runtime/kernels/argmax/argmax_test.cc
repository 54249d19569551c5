#include "runtime/kernels/argmax/argmax.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

TEST(ArgMaxTest, AwkwardSizesAndTies) {
  for (Device device : AvailableDevices()) {
    for (int64_t columns : {1, 2, 31, 32, 33, 258, 2047, 2048, 5001, 70008}) {
      for (int64_t rows : {0, 1, 3, 65}) {
        std::vector<float> x(rows * columns);
        std::vector<int32_t> expected(rows);
        for (int64_t i = 0; i < rows * columns; ++i) x[i] = static_cast<float>((i * 7919) % 61);
        for (int64_t r = 0; r < rows; ++r) {
          const auto row = x.begin() + r * columns;
          expected[r] = static_cast<int32_t>(std::max_element(row, row + columns) - row);
        }
        const Tensor input = Tensor::From<float>({rows, columns}, x, device);
        for (DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
          EXPECT_EQ(ArgMax(Cast(input, dtype)).ToVector<int32_t>(), expected)
              << device.name() << " " << DTypeName(dtype) << " " << rows << " x " << columns;
        }
      }
    }
  }
}

TEST(ArgMaxTest, LeadingDimensionsStay) {
  for (Device device : AvailableDevices()) {
    const Tensor x = Tensor::From<float>({2, 1, 3}, {1, 2, 3, 6, 5, 4}, device);
    const Tensor out = ArgMax(x);
    EXPECT_EQ(out.shape(), (Shape{2, 1}));
    EXPECT_EQ(out.ToVector<int32_t>(), (std::vector<int32_t>{2, 0}));
  }
}

TEST(ArgMaxTest, WhatIsNotFinite) {
  for (Device device : AvailableDevices()) {
    const Tensor x = Tensor::From<float>({5, 3},
                                         {kNaN, 1, 2,                          //
                                          -kInfinity, -kInfinity, -kInfinity,  //
                                          -kInfinity, kNaN, -5,                //
                                          1, kInfinity, kInfinity,             //
                                          kNaN, kNaN, kNaN},
                                         device);
    EXPECT_EQ(ArgMax(x).ToVector<int32_t>(), (std::vector<int32_t>{2, 0, 2, 1, 0}));
  }
}

}  // namespace
}  // namespace mneme
