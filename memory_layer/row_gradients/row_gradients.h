// Gradients of a few rows of a table.

#ifndef MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_H_
#define MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_H_

#include <cstdint>
#include <vector>

#include "runtime/core/tensor.h"

namespace mneme {

// How many rows there are is known on the device; the host knows a bound, as in SortedPicks. On the
// CPU the bound is the count.
struct RowGradients {
  Tensor rows;       // i64 [max_rows], the first `count` ascending, each once
  Tensor count;      // i64 [1]
  Tensor gradients;  // f32 [max_rows, dim]; of rows beyond the count, anything
};

// The sum: every row that is in one of the parts, with its gradients added up in the order of the
// parts. parts: 1 to 32, of one dim, for a table of n_rows rows. A single part is returned as it
// is.
RowGradients MergeRowGradients(const std::vector<RowGradients>& parts, int64_t n_rows);

// total += the sum of squares of the gradients. total: f32, one element, on their device.
void AddSquaredNorm(const RowGradients& rows, const Tensor& total);

// The gradients of one step as they come: from layers that share a table, from micro-batches.
class RowGradientSum {
 public:
  // For a table of n_rows rows.
  explicit RowGradientSum(int64_t n_rows) : n_rows_(n_rows) {}

  void Add(RowGradients part);
  bool empty() const { return parts_.empty(); }
  // Added up in the order in which they came. There must be some.
  const RowGradients& Sum();
  void Clear() { parts_.clear(); }

 private:
  int64_t n_rows_;
  std::vector<RowGradients> parts_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_H_
