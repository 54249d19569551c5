// A value store in ordinary host memory, for ops on the CPU.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// Bytes of a table and both its moments, all f32.
int64_t ValueStoreBytes(int64_t n_rows, int64_t dim);

// Values and moments are f32. Memory is taken as it is written to: by Initialise for the values,
// by updates for the moments. Staged rows are the table itself: nothing is copied.
class HostValueStore : public ValueStore {
 public:
  // A table of zeros. Whether its memory fits is to be asked before, for all tables together:
  // CheckFitsInMemory.
  static absl::StatusOr<std::unique_ptr<HostValueStore>> Create(std::string name, int64_t n_rows,
                                                                int64_t dim);

  // Initialises the rows begin ... end - 1 alone.
  void InitialiseRows(uint64_t seed, int64_t begin, int64_t end);

  const std::string& name() const override { return name_; }
  int64_t n_rows() const override { return table_.values.dim(0); }
  int64_t dim() const override { return table_.values.dim(1); }
  Device device() const override { return Device::Cpu(); }
  void Initialise(uint64_t seed) override { InitialiseRows(seed, 0, n_rows()); }
  StagedRows Stage(const PickPlan& plan) override;
  void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) override;
  RowGradients SummedGradient() override;
  void AddSquaredGradientNorm(const Tensor& total) override;
  void Update(const SparseAdamArgs& args) override;
  void ClearGradients() override { gradients_.clear(); }
  int64_t LastTouchedRows() const override { return last_touched_rows_; }
  std::vector<StoreTensor> State() override;
  int64_t step_count() const override { return step_count_; }
  void FinishRestore(int64_t step_count) override;

 private:
  HostValueStore(std::string name, AdamTable table)
      : name_(std::move(name)), table_(std::move(table)) {}

  // Leaves the step's contributions as one.
  void MergeGradients();

  std::string name_;
  AdamTable table_;                      // f32 [n_rows, dim] each
  std::vector<RowGradients> gradients_;  // of this step, in the order in which they came
  int64_t step_count_ = 0;
  int64_t last_touched_rows_ = 0;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_
