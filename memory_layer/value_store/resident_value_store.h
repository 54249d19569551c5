// A value store in the memory of the device whose ops read it: ordinary host memory for the CPU,
// the GPU's own for the GPU. Nothing is copied.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_RESIDENT_VALUE_STORE_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_RESIDENT_VALUE_STORE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// Values and moments are f32. Staged rows are the table itself. In host memory, pages are taken as
// they are written to: by Initialise for the values, by updates for the moments.
class ResidentValueStore : public ValueStore {
 public:
  // Bytes of a table and both its moments.
  static int64_t BytesNeeded(int64_t n_rows, int64_t dim);

  // A table of zeros. Whether its memory fits is to be asked before, for all tables together:
  // CheckFitsInMemory, CheckFitsOnGpu.
  static absl::StatusOr<std::unique_ptr<ResidentValueStore>> Create(std::string name,
                                                                    int64_t n_rows, int64_t dim,
                                                                    Device device = Device::Cpu());

  const std::string& name() const override { return name_; }
  int64_t n_rows() const override { return table_.values.dim(0); }
  int64_t dim() const override { return table_.values.dim(1); }
  Device device() const override { return table_.values.device(); }
  void InitialiseRows(uint64_t seed, int64_t begin, int64_t end) override;
  StagedRows Stage(const PickPlan& plan) override;
  void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) override;
  RowGradients SummedGradient() override;
  void Update(const SparseAdamArgs& args) override;
  void ClearGradients() override { gradients_.Clear(); }
  int64_t LastTouchedRows() const override;
  std::vector<StoreTensor> State() override;
  void FinishRestore() override { gradients_.Clear(); }

 private:
  ResidentValueStore(std::string name, AdamTable table)
      : name_(std::move(name)), table_(std::move(table)), gradients_(table_.values.dim(0)) {}

  std::string name_;
  AdamTable table_;           // f32 [n_rows, dim] each
  RowGradientSum gradients_;  // of this step
  Tensor last_touched_;       // i64 [1], rows of the last update; undefined: none
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_RESIDENT_VALUE_STORE_H_
