// How a table is used: whether picks spread over it, or fall on a few rows.

#ifndef MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_H_
#define MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_H_

#include <cstdint>

#include "memory_layer/picks/picks.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Collects the picks of training steps, where they are. Costs O(picks) a step and one bit a row.
// Everything but Add waits for the device.
class PickUsage {
 public:
  explicit PickUsage(int64_t n_rows, Device device = Device::Cpu());

  // The picks of one layer in one forward pass, on `device`.
  void Add(const PickPlan& plan);

  // Over the whole run.
  int64_t rows_touched() const;
  double share_touched() const;  // of all rows

  // Of the lookups since the last call, and 0 without any. A lookup that picks row r a share p[r]
  // of the time has the entropy - sum p log p, in nats; e to that power is the number of rows
  // among which equal picks would be as spread out.
  struct Summary {
    int64_t lookups = 0;
    double unique_rows = 0.0;   // mean of a lookup
    double picks = 0.0;         // mean of a lookup
    double entropy_nats = 0.0;  // mean of a lookup
  };
  Summary TakeSummary();

  // One bit a row, row r at bit r % 64 of word r / 64; for checkpoints: i64 [ceil(n_rows / 64)] on
  // `device`.
  const Tensor& touched_bits() const { return touched_bits_; }
  // To be called after writing into touched_bits().
  void FinishRestore();

 private:
  int64_t n_rows_;
  Tensor touched_bits_;
  Tensor counters_;  // i64 [3], a PickCounters
  // Since the last summary.
  int64_t lookups_ = 0;
  double picks_ = 0.0;
  double log_picks_ = 0.0;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_USAGE_PICK_USAGE_H_
