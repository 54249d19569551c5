// A value store in host memory whose rows the GPU reads over the link.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_PINNED_VALUE_STORE_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_PINNED_VALUE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "memory_layer/value_store/row_updater.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// Values and moments are f32, in host memory; what the GPU reads is pinned. Stage copies the rows
// that were picked to the GPU, those that another layer has staged in this step from there. Update
// sends their summed gradients to the host, where CPU threads update the rows while the GPU goes
// on; the next Stage waits for them. Moments take no memory until they are touched.
//
// On the CPU everything is the same, but for the link: for tests.
class PinnedValueStore : public ValueStore {
 public:
  struct Options {
    // What is staged: bf16 from a rounded copy of the values, or f32 from the values themselves,
    // which is twice as much to read.
    DType rows_dtype = DType::kBF16;
    DType gradients_dtype = DType::kBF16;  // of summed gradients on their way; or f32
  };

  // Bytes of host memory of a table, its copy and both its moments.
  static int64_t BytesNeeded(int64_t n_rows, int64_t dim, const Options& options);

  // A table of zeros. Whether its memory fits is to be asked before, for all tables together:
  // CheckFitsInMemory. Refused if the system does not let it be pinned.
  static absl::StatusOr<std::unique_ptr<PinnedValueStore>> Create(std::string name, int64_t n_rows,
                                                                  int64_t dim, Device device,
                                                                  const Options& options);

  const std::string& name() const override { return name_; }
  int64_t n_rows() const override { return table_.values.dim(0); }
  int64_t dim() const override { return table_.values.dim(1); }
  Device device() const override { return device_; }
  void Initialise(uint64_t seed) override;
  StagedRows Stage(const PickPlan& plan) override;
  void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) override;
  RowGradients SummedGradient() override;
  void AddSquaredGradientNorm(const Tensor& total) override;
  void Update(const SparseAdamArgs& args) override;
  void ClearGradients() override { gradients_.Clear(); }
  int64_t LastTouchedRows() const override;
  double WaitedSeconds() const override { return waited_seconds_; }
  std::vector<StoreTensor> State() override;
  int64_t step_count() const override { return step_count_; }
  void FinishRestore(int64_t step_count) override;

 private:
  PinnedValueStore(std::string name, Device device, AdamTable table);

  // To be called when values change other than by updates.
  void RoundValues();

  std::string name_;
  Device device_;
  AdamTable table_;  // in host memory; rounded is undefined for rows of f32
  std::unique_ptr<RowUpdater> updater_;
  RowGradientSum gradients_;       // of this step
  std::vector<RowCopies> staged_;  // in this step, and still in use
  int64_t step_count_ = 0;
  bool has_updated_rows_ = false;  // in the last Update
  double waited_seconds_ = 0.0;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_PINNED_VALUE_STORE_H_
