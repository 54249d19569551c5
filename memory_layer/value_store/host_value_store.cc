#include "memory_layer/value_store/host_value_store.h"

#include <cmath>
#include <utility>

#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/core/status.h"
#include "runtime/kernels/reduce/reduce.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

// So many contributions are kept before they are added up. More would save a little copying, and
// cost memory when gradients are accumulated over many micro-batches.
constexpr size_t kMaxContributions = 8;

}  // namespace

int64_t ValueStoreBytes(int64_t n_rows, int64_t dim) {
  return 3 * n_rows * dim * static_cast<int64_t>(sizeof(float));
}

absl::StatusOr<std::unique_ptr<HostValueStore>> HostValueStore::Create(std::string name,
                                                                       int64_t n_rows,
                                                                       int64_t dim) {
  CHECK(n_rows > 0 && dim > 0) << name << ": " << n_rows << " rows of width " << dim;
  AdamTable table;
  MNEME_ASSIGN_OR_RETURN(table.values, MapZeros({n_rows, dim}, DType::kF32, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg, MapZeros({n_rows, dim}, DType::kF32, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg_sq, MapZeros({n_rows, dim}, DType::kF32, name));
  return std::unique_ptr<HostValueStore>(new HostValueStore(std::move(name), std::move(table)));
}

void HostValueStore::InitialiseRows(uint64_t seed, int64_t begin, int64_t end) {
  CHECK(0 <= begin && begin <= end && end <= n_rows()) << name_ << ": " << begin << ", " << end;
  const float std = static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim())));
  FillNormalRows(table_.values.data<float>() + begin * dim(), begin, end - begin, dim(), std,
                 MakePhiloxKey(seed, HashName(name_)));
}

StagedRows HostValueStore::Stage(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows()) << name_ << ": the picks are another table's";
  return {table_.values, plan.rows().Reshape({-1})};
}

void HostValueStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  const SortedPicks& sorted = plan->sorted();
  CHECK(plan->n_rows() == n_rows() && row_grads.shape() == (Shape{sorted.max_unique, dim()}))
      << name_ << ": gradients " << ShapeString(row_grads.shape()) << " of " << sorted.max_unique
      << " rows of " << plan->n_rows();
  gradients_.push_back({sorted.unique_rows, sorted.unique_count, std::move(row_grads)});
  if (gradients_.size() == kMaxContributions) MergeGradients();
}

void HostValueStore::MergeGradients() {
  if (gradients_.size() > 1) gradients_ = {MergeRowGradients(gradients_, n_rows())};
}

RowGradients HostValueStore::SummedGradient() {
  MergeGradients();
  return gradients_.empty() ? RowGradients() : gradients_[0];
}

void HostValueStore::AddSquaredGradientNorm(const Tensor& total) {
  if (gradients_.empty()) return;
  MergeGradients();
  AddSquaredNorm(gradients_[0].gradients, total);
}

void HostValueStore::Update(const SparseAdamArgs& args) {
  ++step_count_;
  last_touched_rows_ = 0;
  if (gradients_.empty()) return;
  MergeGradients();
  SparseAdam(args, step_count_, gradients_[0], table_);
  last_touched_rows_ = gradients_[0].rows.numel();
  gradients_.clear();
}

std::vector<StoreTensor> HostValueStore::State() {
  return {{name_, table_.values},
          {name_ + ".exp_avg", table_.exp_avg},
          {name_ + ".exp_avg_sq", table_.exp_avg_sq}};
}

void HostValueStore::FinishRestore(int64_t step_count) {
  CHECK_GE(step_count, 0);
  step_count_ = step_count;
  gradients_.clear();
}

}  // namespace mneme
