// A number that an evaluation found.

#ifndef MNEME_APPS_EVAL_METRIC_H_
#define MNEME_APPS_EVAL_METRIC_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/types/span.h"

namespace mneme {

struct Metric {
  std::string name;  // "acc_norm"
  double value = 0.0;
  std::optional<double> standard_error;
  int64_t n = 0;  // documents, or tokens
};

// The mean of values[n], n > 0, and its standard error: their standard deviation, with n - 1 in
// the denominator, over sqrt(n). Unset for n = 1.
Metric MeanMetric(std::string name, absl::Span<const double> values);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_METRIC_H_
