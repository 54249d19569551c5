#include "apps/eval/metric.h"

#include <cmath>
#include <utility>
#include <vector>

#include "glog/logging.h"

namespace mneme {
namespace {

// Neumaier's compensated sum, which Python's sum() is since 3.12: its results have these bits.
double Sum(absl::Span<const double> values) {
  double sum = 0.0, lost = 0.0;
  for (double value : values) {
    const double next = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  return sum + lost;
}

}  // namespace

Metric MeanMetric(std::string name, absl::Span<const double> values) {
  CHECK(!values.empty());
  const double n = static_cast<double>(values.size());
  const double mean = Sum(values) / n;
  Metric metric = {std::move(name), mean, std::nullopt, static_cast<int64_t>(values.size())};
  if (values.size() < 2) return metric;
  std::vector<double> squares;
  for (double value : values) squares.push_back((value - mean) * (value - mean));
  metric.standard_error = std::sqrt(Sum(squares) / (n - 1) / n);
  return metric;
}

}  // namespace mneme
