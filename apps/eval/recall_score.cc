#include "apps/eval/recall_score.h"

#include <cmath>

#include "glog/logging.h"

namespace mneme {

double Accuracy::share() const {
  return static_cast<double>(right) / static_cast<double>(questions);
}

double Accuracy::standard_error() const {
  return std::sqrt(share() * (1.0 - share()) / static_cast<double>(questions));
}

void RecallScore::Add(absl::Span<const double> log_likelihoods,
                      absl::Span<const int64_t> text_bytes) {
  CHECK_GT(log_likelihoods.size(), 1);
  CHECK_EQ(log_likelihoods.size(), text_bytes.size());
  const auto per_byte_score = [&](size_t i) {
    return log_likelihoods[i] / static_cast<double>(text_bytes[i]);
  };
  bool right = true, right_per_byte = true;
  for (size_t i = 1; i < log_likelihoods.size(); ++i) {
    right = right && log_likelihoods[0] > log_likelihoods[i];
    right_per_byte = right_per_byte && per_byte_score(0) > per_byte_score(i);
  }
  ++total.questions;
  total.right += right;
  ++per_byte.questions;
  per_byte.right += right_per_byte;
  glosses += static_cast<int64_t>(log_likelihoods.size());
}

}  // namespace mneme
