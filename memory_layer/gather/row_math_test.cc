#include "memory_layer/gather/row_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "runtime/testing/random_tensor.h"

namespace mneme::cpu {
namespace {

// Every remainder of the groups of rows and of the vectors.
TEST(RowMathTest, SumsAndDotsOfAnySize) {
  for (int64_t count = 0; count <= 11; ++count) {
    for (int64_t dim : {0, 1, 7, 8, 15, 16, 17, 33, 64, 300}) {
      const std::vector<float> rows = RandomFloats(count * dim, 1);
      const std::vector<float> weights = RandomFloats(count, 2), x = RandomFloats(dim, 3);
      std::vector<float> sum(dim, NAN), dots(count, NAN);
      const auto row = [&](int64_t i) { return rows.data() + i * dim; };
      WeightedSumOfRows(
          count, row, [&](int64_t i) { return weights[i]; }, dim, sum.data());
      DotsOfRows(count, row, x.data(), dim, dots.data());
      for (int64_t c = 0; c < dim; ++c) {
        double expected = 0.0;
        for (int64_t i = 0; i < count; ++i) expected += double{weights[i]} * rows[i * dim + c];
        ASSERT_TRUE(std::abs(sum[c] - expected) <= 1e-6) << count << " x " << dim << ", " << c;
      }
      for (int64_t i = 0; i < count; ++i) {
        double expected = 0.0;
        for (int64_t c = 0; c < dim; ++c) expected += double{x[c]} * rows[i * dim + c];
        ASSERT_TRUE(std::abs(dots[i] - expected) <= 1e-5) << count << " x " << dim << ", " << i;
      }
    }
  }
}

}  // namespace
}  // namespace mneme::cpu
