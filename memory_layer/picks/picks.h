// Which rows of a table a batch of tokens picked: as they were picked, and sorted.
//
// T tokens, P picks a token; a pick's place is token * P + number. U unique rows.

#ifndef MNEME_MEMORY_LAYER_PICKS_PICKS_H_
#define MNEME_MEMORY_LAYER_PICKS_PICKS_H_

#include <cstdint>
#include <optional>
#include <utility>

#include "runtime/core/tensor.h"

namespace mneme {

// Picks in the order (row, place). How many rows are unique is known on the device alone: the host
// knows a bound, and kernels read the count. On the CPU the bound is the count.
struct SortedPicks {
  int64_t max_unique;   // U or more
  Tensor unique_count;  // i64 [1], U
  Tensor unique_rows;   // i64 [max_unique], the first U ascending, each once; then zeros
  Tensor offsets;       // i64 [max_unique + 1]; picks of unique row u: order[offsets[u] ...
                        // offsets[u + 1]), for u < U
  Tensor order;         // i64 [T * P], places by (row, place)
  Tensor inverse;       // i64 [T * P], place -> u
};

// rows: i64 of any shape, each in [0, n_rows). The result depends on `rows` alone.
SortedPicks SortPicks(const Tensor& rows, int64_t n_rows);

// The picks of one lookup, shared by the ops that use them and by the gradients that result.
class PickPlan {
 public:
  // rows: i64 [T, P], each in [0, n_rows).
  PickPlan(Tensor rows, int64_t n_rows);

  const Tensor& rows() const { return rows_; }
  int64_t tokens() const { return rows_.dim(0); }
  int64_t picks_per_token() const { return rows_.dim(1); }
  int64_t n_rows() const { return n_rows_; }

  // Sorts at the first call: reading rows on the CPU, as inference does, needs no order. Not to be
  // called from two threads at once.
  const SortedPicks& sorted() const;

 private:
  Tensor rows_;
  int64_t n_rows_;
  mutable std::optional<SortedPicks> sorted_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PICKS_PICKS_H_
