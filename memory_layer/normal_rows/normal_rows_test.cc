#include "memory_layer/normal_rows/normal_rows.h"

#include <gtest/gtest.h>

#include <vector>

#include "runtime/core/devices.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

TEST(NormalRowsTest, SameBitsOnEveryDevice) {
  const PhiloxKey key = MakePhiloxKey(3, HashName("table"));
  for (int64_t dim : {1, 3, 4, 66, 1000}) {
    for (int64_t n_rows : {0, 1, 257}) {
      for (int64_t first_row : {int64_t{0}, int64_t{77}, (int64_t{1} << 33) - 5}) {
        std::vector<float> expected(n_rows * dim);
        FillNormalRows({.rows = expected.data()}, first_row, n_rows, dim, 0.25f, key);
        for (Device device : AvailableDevices()) {
          const Tensor rows = Tensor::Zeros({n_rows, dim}, DType::kF32, device);
          FillNormalRows(rows, first_row, 0.25f, key);
          EXPECT_EQ(rows.ToVector<float>(), expected)
              << device.name() << ", " << n_rows << " x " << dim << " from " << first_row;
        }
      }
    }
  }
}

}  // namespace
}  // namespace mneme
