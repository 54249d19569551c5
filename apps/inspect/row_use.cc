#include "apps/inspect/row_use.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "glog/logging.h"

namespace mneme {

RowShares SharesOf(absl::Span<const int64_t> rows, absl::Span<const float> weights) {
  CHECK_EQ(rows.size(), weights.size());
  std::map<int64_t, double> weight_of;
  double total = 0.0;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (weights[i] > 0.0f) weight_of[rows[i]] += weights[i];
    total += weights[i];
  }
  RowShares shares(weight_of.begin(), weight_of.end());
  for (auto& [row, share] : shares) share /= total;
  return shares;
}

RowUse UseOf(const RowShares& shares, int64_t n_rows) {
  const double n = static_cast<double>(n_rows);
  RowUse use = {.rows_used = static_cast<int64_t>(shares.size()), .n_rows = n_rows};
  if (shares.empty()) return use;
  std::vector<double> ascending;
  for (const auto& [row, p] : shares) {
    use.entropy -= p * std::log(p);
    ascending.push_back(p);
  }
  std::sort(ascending.begin(), ascending.end());
  use.kl_to_uniform = std::log(n) - use.entropy;
  double i = n - static_cast<double>(ascending.size());  // rows with nothing come first
  for (double p : ascending) use.gini += 2.0 * ++i * p / n;
  use.gini -= (n + 1.0) / n;
  return use;
}

double Overlap(const RowShares& a, const RowShares& b) {
  double overlap = 0.0;
  for (auto x = a.begin(), y = b.begin(); x != a.end() && y != b.end();) {
    if (x->first == y->first) {
      overlap += std::min(x++->second, y++->second);
    } else {
      ++(x->first < y->first ? x : y);
    }
  }
  return overlap;
}

}  // namespace mneme
