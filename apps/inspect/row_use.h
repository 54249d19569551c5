// How the weight of picks spreads over the rows of a table.

#ifndef MNEME_APPS_INSPECT_ROW_USE_H_
#define MNEME_APPS_INSPECT_ROW_USE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/types/span.h"

namespace mneme {

// The share p of the weight that each row has: rows ascending, each once, p > 0, sum 1.
using RowShares = std::vector<std::pair<int64_t, double>>;

// rows and weights of some picks; those of weight 0 are left out.
RowShares SharesOf(absl::Span<const int64_t> rows, absl::Span<const float> weights);

// Of a table of n rows; entropies in nats.
struct RowUse {
  int64_t rows_used = 0;
  int64_t n_rows = 0;
  double entropy = 0.0;        // H = - sum p log p; e^H equal rows would be as spread out
  double kl_to_uniform = 0.0;  // log n - H: 0 if every row is used alike
  double gini = 0.0;           // 0 if every row is used alike, towards 1 if one has it all
};

// Sources: "Large Memory Layers with Product Keys", arXiv 1907.05242, section 4.5, which calls
// rows_used / n the memory usage; Gini's mean difference over twice the mean,
// 2 sum_i i p_i / n - (n + 1) / n with p ascending, i from 1.
RowUse UseOf(const RowShares& shares, int64_t n_rows);

// The weight that falls on the same rows: sum over rows of the smaller share, 0 to 1.
double Overlap(const RowShares& a, const RowShares& b);

}  // namespace mneme

#endif  // MNEME_APPS_INSPECT_ROW_USE_H_
