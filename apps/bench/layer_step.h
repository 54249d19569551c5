// One training step of a memory layer's own part: from queries to updated rows, phase by phase.

#ifndef MNEME_APPS_BENCH_LAYER_STEP_H_
#define MNEME_APPS_BENCH_LAYER_STEP_H_

#include <cstdint>
#include <vector>

#include "apps/bench/machine_rates.h"
#include "apps/bench/phase_timer.h"
#include "apps/bench/report.h"
#include "autograd/core/variable.h"
#include "memory_layer/value_store/value_store.h"
#include "runtime/core/tensor.h"

namespace mneme {

struct LayerSizes {
  int64_t tokens, heads, knn, n_keys, k_dim, dim;
  int64_t picks() const { return tokens * heads * knn; }
};

// What a table's elements cost on their way, in bytes.
struct TableTraffic {
  bool crosses_link;  // rows up, gradients down
  int64_t row;        // of an element as it is read
  int64_t gradient;   // of its gradient on the way down
  int64_t state;      // that an update reads and writes: values, moments, gradient
};

class LayerStep {
 public:
  // `store` is borrowed. dtype: the model's.
  LayerStep(const LayerSizes& sizes, ValueStore* store, DType dtype);

  // A step that reads and updates `rows`, i64 [picks()], while its lookup finds what it finds:
  // which rows that would be is not for a benchmark to leave to chance. With a timer, marks the end
  // of each phase, the last when the rows have been written; it is one repetition. Without one,
  // waits for nothing but what a step of training waits for.
  void Run(const Tensor& rows, PhaseTimer* timer = nullptr, bool counts = true);

  // The phases in their order, with what they must move on the path that bounds them and how long
  // that takes at least; then the forward pass, with the backward pass, and with the update.
  std::vector<Measure> Measures(const PhaseTimer& timer, double unique_rows,
                                const TableTraffic& traffic, const MachineRates& rates) const;

 private:
  LayerSizes sizes_;
  ValueStore* store_;
  DType dtype_;
  Variable query_;  // [T, heads * k_dim]
  Variable keys_;   // [heads * 2 * n_keys, k_dim / 2]
  Tensor dout_;     // [T, dim]
  int64_t updates_ = 0;
};

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_LAYER_STEP_H_
