#include "memory_layer/value_store/pinned_value_store.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

constexpr int64_t kChunkElements = 1 << 18;

// body(begin, end) for all rows, on all threads.
void ForRows(const Tensor& table, FunctionRef<void(int64_t, int64_t)> body) {
  ParallelFor(table.dim(0), std::max<int64_t>(1, kChunkElements / table.dim(1)), body);
}

}  // namespace

int64_t PinnedValueStore::BytesNeeded(int64_t n_rows, int64_t dim, const Options& options) {
  const int64_t copy_bytes = options.rows_dtype == DType::kF32 ? 0 : DTypeBytes(options.rows_dtype);
  return n_rows * dim * (3 * static_cast<int64_t>(sizeof(float)) + copy_bytes);
}

PinnedValueStore::PinnedValueStore(std::string name, Device device, AdamTable table)
    : name_(std::move(name)),
      device_(device),
      table_(std::move(table)),
      gradients_(table_.values.dim(0)) {}

absl::StatusOr<std::unique_ptr<PinnedValueStore>> PinnedValueStore::Create(
    std::string name, int64_t n_rows, int64_t dim, Device device, const Options& options) {
  CHECK(n_rows > 0 && dim > 0) << name << ": " << n_rows << " rows of width " << dim;
  CHECK(options.rows_dtype == DType::kBF16 || options.rows_dtype == DType::kF32);
  const Shape shape = {n_rows, dim};
  AdamTable table;
  if (options.rows_dtype == DType::kF32) {
    MNEME_ASSIGN_OR_RETURN(table.values, MapPinned(shape, DType::kF32, device, name));
  } else {
    MNEME_ASSIGN_OR_RETURN(table.values, MapZeros(shape, DType::kF32, name));
    MNEME_ASSIGN_OR_RETURN(table.rounded, MapPinned(shape, options.rows_dtype, device, name));
  }
  MNEME_ASSIGN_OR_RETURN(table.exp_avg, MapZeros(shape, DType::kF32, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg_sq, MapZeros(shape, DType::kF32, name));
  auto store =
      std::unique_ptr<PinnedValueStore>(new PinnedValueStore(std::move(name), device, table));
  MNEME_ASSIGN_OR_RETURN(store->updater_, RowUpdater::Create(store->name_, std::move(table),
                                                             options.gradients_dtype, device));
  return store;
}

void PinnedValueStore::Initialise(uint64_t seed) {
  updater_->Wait();
  staged_.clear();
  float* values = table_.values.data<float>();
  ForRows(table_.values, [&](int64_t begin, int64_t end) {
    FillNormalRows(values + begin * dim(), begin, end - begin, dim(), ValueStd(dim()),
                   ValueKey(seed, name_));
  });
  RoundValues();
}

void PinnedValueStore::RoundValues() {
  if (!table_.rounded.defined()) return;
  const float* values = table_.values.data<float>();
  bf16* rounded = table_.rounded.data<bf16>();
  ForRows(table_.values, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * dim(); i < end * dim(); ++i) rounded[i] = static_cast<bf16>(values[i]);
  });
}

StagedRows PinnedValueStore::Stage(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows()) << name_ << ": the picks are another table's";
  const SortedPicks& sorted = plan.sorted();  // the GPU may sort while the host waits
  const auto start = std::chrono::steady_clock::now();
  updater_->Wait();
  waited_seconds_ +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  // Those that nobody else holds any more only take room.
  staged_.erase(std::remove_if(staged_.begin(), staged_.end(),
                               [](const RowCopies& copies) { return copies.values.unique(); }),
                staged_.end());
  if (staged_.size() > kMaxEarlierCopies) staged_.erase(staged_.begin());
  const Tensor& table = table_.rounded.defined() ? table_.rounded : table_.values;
  const RowCopies copies = {sorted.unique_rows, sorted.unique_count,
                            Tensor::Empty({sorted.max_unique, dim()}, table.dtype(), device_)};
  ReadRows(table, staged_, copies);
  staged_.push_back(copies);
  return {copies.values, sorted.inverse};
}

void PinnedValueStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  gradients_.Add(GradientOfPicks(*this, *plan, std::move(row_grads)));
}

RowGradients PinnedValueStore::SummedGradient() {
  return gradients_.empty() ? RowGradients() : gradients_.Sum();
}

void PinnedValueStore::AddSquaredGradientNorm(const Tensor& total) {
  if (!gradients_.empty()) AddSquaredNorm(gradients_.Sum(), total);
}

void PinnedValueStore::Update(const SparseAdamArgs& args) {
  ++step_count_;
  has_updated_rows_ = !gradients_.empty();
  if (gradients_.empty()) return;
  staged_.clear();
  updater_->Start(args, step_count_, gradients_.Sum());
  gradients_.Clear();
}

int64_t PinnedValueStore::LastTouchedRows() const {
  return has_updated_rows_ ? updater_->LastTouchedRows() : 0;
}

std::vector<StoreTensor> PinnedValueStore::State() {
  updater_->Wait();
  return {{name_, table_.values},
          {name_ + ".exp_avg", table_.exp_avg},
          {name_ + ".exp_avg_sq", table_.exp_avg_sq}};
}

void PinnedValueStore::FinishRestore(int64_t step_count) {
  CHECK_GE(step_count, 0);
  step_count_ = step_count;
  gradients_.Clear();
  staged_.clear();
  RoundValues();
}

}  // namespace mneme
