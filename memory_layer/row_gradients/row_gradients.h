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
  Tensor gradients;  // f32 [max_rows, dim]
};

// The sum: every row that is in one of the parts, with its gradients added up in the order of the
// parts. parts: one or more, of one dim, for a table of n_rows rows. A single part is returned as
// it is.
RowGradients MergeRowGradients(const std::vector<RowGradients>& parts, int64_t n_rows);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_ROW_GRADIENTS_ROW_GRADIENTS_H_
