#include "memory_layer/value_store/host_value_store.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_format.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/core/profiler_range.h"
#include "runtime/core/status.h"
#include "runtime/core/stream.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/parallel/function_ref.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

constexpr int64_t kBytesToMeasure = 4 << 20;  // reading less says nothing of the link

// Until all work that was put into the device's stream is done.
double MillisecondsOf(Device device, FunctionRef<void()> work) {
  Stream& stream = Stream::Compute(device);
  stream.Synchronize();
  const auto start = std::chrono::steady_clock::now();
  work();
  stream.Synchronize();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

int64_t HostValueStore::BytesNeeded(int64_t n_rows, int64_t dim, const Options& options) {
  const int64_t copy_bytes =
      options.rows_dtype == options.values_dtype ? 0 : DTypeBytes(options.rows_dtype);
  const int64_t moment_bytes = 2 * static_cast<int64_t>(sizeof(float));
  return n_rows * dim * (DTypeBytes(options.values_dtype) + copy_bytes + moment_bytes);
}

int64_t HostValueStore::SharedBytes(int64_t n_rows, int64_t dim, const Options& options) {
  return n_rows * dim * DTypeBytes(options.rows_dtype);
}

HostValueStore::HostValueStore(std::string name, Device device, AdamTable table,
                               const Options& options)
    : name_(std::move(name)),
      device_(device),
      table_(std::move(table)),
      gradients_dtype_(options.gradients_dtype),
      gather_(options.gather),
      gradients_(table_.values.dim(0)) {}

absl::StatusOr<std::unique_ptr<HostValueStore>> HostValueStore::Create(std::string name,
                                                                       int64_t n_rows, int64_t dim,
                                                                       Device device,
                                                                       const Options& options) {
  CHECK(n_rows > 0 && dim > 0) << name << ": " << n_rows << " rows of width " << dim;
  CHECK(options.rows_dtype == DType::kBF16 || options.rows_dtype == options.values_dtype);
  const Shape shape = {n_rows, dim};
  AdamTable table;
  if (options.rows_dtype == options.values_dtype) {
    MNEME_ASSIGN_OR_RETURN(table.values, MapShared(shape, options.values_dtype, device, name));
  } else {
    MNEME_ASSIGN_OR_RETURN(table.values, MapZeros(shape, options.values_dtype, name));
    MNEME_ASSIGN_OR_RETURN(table.rounded, MapShared(shape, options.rows_dtype, device, name));
  }
  MNEME_ASSIGN_OR_RETURN(table.exp_avg, MapZeros(shape, DType::kF32, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg_sq, MapZeros(shape, DType::kF32, name));
  table.rounding_key = MakePhiloxKey(0, HashName(name));
  auto store =
      std::unique_ptr<HostValueStore>(new HostValueStore(std::move(name), device, table, options));
  if (options.gather != RowGather::kGpu) {
    MNEME_ASSIGN_OR_RETURN(store->gatherer_,
                           RowGatherer::Create(store->name_, store->rows(), device));
  }
  MNEME_ASSIGN_OR_RETURN(store->updater_, RowUpdater::Create(store->name_, std::move(table),
                                                             options.gradients_dtype, device));
  return store;
}

void HostValueStore::InitialiseRows(uint64_t seed, int64_t begin, int64_t end) {
  updater_->Wait();
  staged_.clear();
  const Tensor values = table_.values.Slice(begin, end);
  RowsOut out;
  if (values.dtype() == DType::kF32) {
    out.rows = values.data<float>();
    if (table_.rounded.defined()) out.rounded = table_.rounded.Slice(begin, end).data<bf16>();
  } else {
    out.rounded = values.data<bf16>();
  }
  FillNormalRows(out, begin, end - begin, dim(), ValueStd(dim()), ValueKey(seed, name_));
}

StagedRows HostValueStore::Stage(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows()) << name_ << ": the picks are another table's";
  const SortedPicks& sorted = plan.sorted();  // the GPU may sort while the host waits
  WaitForUpdates();

  // Those that nobody else holds any more only take room.
  staged_.erase(std::remove_if(staged_.begin(), staged_.end(),
                               [](const RowCopies& copies) { return copies.values.unique(); }),
                staged_.end());
  if (staged_.size() == kMaxEarlierCopies - 1) staged_.erase(staged_.begin());
  const RowCopies copies = {sorted.unique_rows, sorted.unique_count,
                            Tensor::Empty({sorted.max_unique, dim()}, rows().dtype(), device_)};
  const bool is_large = copies.values.bytes() >= kBytesToMeasure;
  if (gather_ == RowGather::kAuto && staged_.empty() && is_large) MeasureReads(copies);
  Read(copies);
  staged_.push_back(copies);
  return {copies.values, sorted.inverse};
}

StagedRows HostValueStore::ReadInPlace(const PickPlan& plan) {
  if (device_.is_cpu() || plan.rows().numel() > kFewPicks) return Stage(plan);
  CHECK_EQ(plan.n_rows(), n_rows()) << name_ << ": the picks are another table's";
  WaitForUpdates();
  return {AsSeenBy(device_, rows()), plan.rows().Reshape({-1})};
}

void HostValueStore::WaitForUpdates() {
  const ProfilerRange range("wait for updated rows");
  const auto start = std::chrono::steady_clock::now();
  updater_->Wait();
  waited_seconds_ +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void HostValueStore::Read(const RowCopies& copies) {
  if (gather_ == RowGather::kCpu) {
    gatherer_->Read(staged_, copies);
  } else {
    ReadRows(rows(), staged_, copies);
  }
}

// The GPU's first read loads the kernels, the CPU's takes memory for the ids. That one is of no
// rows: a second one would find them in the CPU's caches.
void HostValueStore::MeasureReads(const RowCopies& copies) {
  gatherer_->Read({}, {copies.rows, Tensor::Zeros({1}, DType::kI64, device_), copies.values});
  ReadRows(rows(), {}, copies);
  const double gpu_ms = MillisecondsOf(device_, [&] { ReadRows(rows(), {}, copies); });
  const double cpu_ms = MillisecondsOf(device_, [&] { gatherer_->Read({}, copies); });
  gather_ = gpu_ms <= cpu_ms ? RowGather::kGpu : RowGather::kCpu;
  if (gather_ == RowGather::kGpu) gatherer_.reset();  // and its pinned memory
  described_reads_ = absl::StrFormat(
      "%s: rows are read by %s (the GPU took %.2f ms for a lookup's, the CPU %.2f)", name_,
      gather_ == RowGather::kGpu ? "the GPU" : "CPU threads", gpu_ms, cpu_ms);
}

void HostValueStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  gradients_.Add(GradientOfPicks(*this, *plan, std::move(row_grads)));
}

RowGradients HostValueStore::SummedGradient() {
  return gradients_.empty() ? RowGradients() : gradients_.Sum();
}

void HostValueStore::Update(const SparseAdamArgs& args) {
  has_updated_rows_ = !gradients_.empty();
  if (gradients_.empty()) return;
  staged_.clear();
  updater_->Start(args, gradients_.Sum());
  gradients_.Clear();
}

int64_t HostValueStore::LastTouchedRows() const {
  return has_updated_rows_ ? updater_->LastTouchedRows() : 0;
}

int64_t HostValueStore::LinkBytes() const {
  const int64_t row_bytes = dim() * (DTypeBytes(rows().dtype()) + DTypeBytes(gradients_dtype_)) +
                            static_cast<int64_t>(sizeof(int64_t));
  return updater_->TotalTouchedRows() * row_bytes;
}

std::vector<StoreTensor> HostValueStore::State() {
  updater_->Wait();
  return {{name_, table_.values},
          {name_ + ".exp_avg", table_.exp_avg},
          {name_ + ".exp_avg_sq", table_.exp_avg_sq}};
}

void HostValueStore::FinishRestore() {
  gradients_.Clear();
  staged_.clear();
  if (table_.rounded.defined()) CastInto(table_.values, table_.rounded);
}

}  // namespace mneme
