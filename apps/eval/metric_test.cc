#include "apps/eval/metric.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace mneme {
namespace {

TEST(MeanMetric, MeanAndItsStandardError) {
  const Metric metric = MeanMetric("acc", {1.0, 0.0, 0.0, 1.0, 1.0});
  EXPECT_EQ(metric.name, "acc");
  EXPECT_EQ(metric.value, 0.6);
  EXPECT_DOUBLE_EQ(metric.standard_error.value(), std::sqrt(0.3 / 5));
  EXPECT_EQ(metric.n, 5);
}

TEST(MeanMetric, HasPythonsBits) {
  // 29 of 100, as in the reference scorer's results.
  std::vector<double> values(100, 0.0);
  for (int i = 0; i < 29; ++i) values[i * 3] = 1.0;
  const Metric metric = MeanMetric("acc", values);
  EXPECT_EQ(metric.value, 0.29);
  EXPECT_EQ(metric.standard_error.value(), 0.045604802157206865);
}

TEST(MeanMetric, OneValueHasNoError) {
  const Metric metric = MeanMetric("acc", {0.25});
  EXPECT_EQ(metric.value, 0.25);
  EXPECT_FALSE(metric.standard_error.has_value());
}

}  // namespace
}  // namespace mneme
