// A value store in host memory whose rows the GPU reads over the link.

#ifndef MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_
#define MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "memory_layer/memory_config.h"
#include "memory_layer/row_gradients/row_gradients.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "memory_layer/value_store/row_gatherer.h"
#include "memory_layer/value_store/row_updater.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// What the GPU reads lies in managed memory that stays on the host, or in pinned memory where the
// driver cannot share that (MapShared); the rest is ordinary memory. Stage copies the rows that
// were picked to the GPU, those that another layer has staged in this step from there. Update sends
// their summed gradients to the host, where CPU threads update the rows while the GPU goes on; the
// next Stage waits for them. Moments are f32 and take no memory until they are touched.
//
// On the CPU everything is the same, but for the link.
class HostValueStore : public ValueStore {
 public:
  struct Options {
    // f32, or bf16 with stochastic rounding, which then is all there is of a value.
    DType values_dtype = DType::kF32;
    // What is staged: bf16, of values in f32 from a rounded copy; or f32 from the values
    // themselves, which is twice as much to read.
    DType rows_dtype = DType::kBF16;
    DType gradients_dtype = DType::kBF16;  // of summed gradients on their way; or f32
    RowGather gather = RowGather::kAuto;
  };

  // Bytes of host memory of a table, its copy and both its moments; and how many of them the GPU
  // reads.
  static int64_t BytesNeeded(int64_t n_rows, int64_t dim, const Options& options);
  static int64_t SharedBytes(int64_t n_rows, int64_t dim, const Options& options);

  // A table whose moments are zero and whose values are to be initialised or restored; it takes its
  // memory as it is written to. Whether that fits is to be asked before, for all tables together:
  // CheckFitsInMemory. Refused if the driver does not let the GPU read it.
  static absl::StatusOr<std::unique_ptr<HostValueStore>> Create(std::string name, int64_t n_rows,
                                                                int64_t dim, Device device,
                                                                const Options& options);

  const std::string& name() const override { return name_; }
  int64_t n_rows() const override { return table_.values.dim(0); }
  int64_t dim() const override { return table_.values.dim(1); }
  Device device() const override { return device_; }
  void InitialiseRows(uint64_t seed, int64_t begin, int64_t end) override;
  StagedRows Stage(const PickPlan& plan) override;
  StagedRows ReadInPlace(const PickPlan& plan) override;
  void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) override;
  RowGradients SummedGradient() override;
  void Update(const SparseAdamArgs& args) override;
  void ClearGradients() override { gradients_.Clear(); }
  int64_t LastTouchedRows() const override;
  double WaitedSeconds() const override { return waited_seconds_; }
  int64_t LinkBytes() const override;
  std::vector<StoreTensor> State() override;
  std::string DescribeReads() const override { return described_reads_; }
  void FinishRestore() override;

 private:
  HostValueStore(std::string name, Device device, AdamTable table, const Options& options);

  // What is staged from.
  const Tensor& rows() const { return table_.rounded.defined() ? table_.rounded : table_.values; }
  void WaitForUpdates();
  void Read(const RowCopies& copies);
  void MeasureReads(const RowCopies& copies);

  std::string name_;
  Device device_;
  AdamTable table_;        // in host memory; rounded is undefined if rows have the values' dtype
  DType gradients_dtype_;  // on their way
  RowGather gather_;
  std::unique_ptr<RowGatherer> gatherer_;  // null once gather_ is kGpu
  std::unique_ptr<RowUpdater> updater_;
  RowGradientSum gradients_;       // of this step
  std::vector<RowCopies> staged_;  // in this step, and still in use
  bool has_updated_rows_ = false;  // in the last Update
  double waited_seconds_ = 0.0;
  std::string described_reads_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_VALUE_STORE_HOST_VALUE_STORE_H_
