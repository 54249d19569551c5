#include "memory_layer/value_store/resident_value_store.h"

#include <cmath>

#include "memory_layer/normal_rows/normal_rows.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::StatusOr<Tensor> Zeros(const Shape& shape, Device device, const std::string& name) {
  if (device.is_cpu()) return MapZeros(shape, DType::kF32, name);
  return Tensor::Zeros(shape, DType::kF32, device);
}

}  // namespace

int64_t ResidentValueStore::BytesNeeded(int64_t n_rows, int64_t dim) {
  return 3 * n_rows * dim * static_cast<int64_t>(sizeof(float));
}

absl::StatusOr<std::unique_ptr<ResidentValueStore>> ResidentValueStore::Create(std::string name,
                                                                               int64_t n_rows,
                                                                               int64_t dim,
                                                                               Device device) {
  CHECK(n_rows > 0 && dim > 0) << name << ": " << n_rows << " rows of width " << dim;
  AdamTable table;
  MNEME_ASSIGN_OR_RETURN(table.values, Zeros({n_rows, dim}, device, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg, Zeros({n_rows, dim}, device, name));
  MNEME_ASSIGN_OR_RETURN(table.exp_avg_sq, Zeros({n_rows, dim}, device, name));
  return std::unique_ptr<ResidentValueStore>(
      new ResidentValueStore(std::move(name), std::move(table)));
}

void ResidentValueStore::InitialiseRows(uint64_t seed, int64_t begin, int64_t end) {
  FillNormalRows(table_.values.Slice(begin, end), begin, ValueStd(dim()), ValueKey(seed, name_));
}

StagedRows ResidentValueStore::Stage(const PickPlan& plan) {
  CHECK_EQ(plan.n_rows(), n_rows()) << name_ << ": the picks are another table's";
  return {table_.values, plan.rows().Reshape({-1})};
}

void ResidentValueStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  gradients_.Add(GradientOfPicks(*this, *plan, std::move(row_grads)));
}

RowGradients ResidentValueStore::SummedGradient() {
  return gradients_.empty() ? RowGradients() : gradients_.Sum();
}

void ResidentValueStore::Update(const SparseAdamArgs& args) {
  last_touched_ = Tensor();
  if (gradients_.empty()) return;
  SparseAdam(args, gradients_.Sum(), table_);
  last_touched_ = gradients_.Sum().count;
  gradients_.Clear();
}

int64_t ResidentValueStore::LastTouchedRows() const {
  return last_touched_.defined() ? last_touched_.ToVector<int64_t>()[0] : 0;
}

std::vector<StoreTensor> ResidentValueStore::State() {
  return {{name_, table_.values},
          {name_ + ".exp_avg", table_.exp_avg},
          {name_ + ".exp_avg_sq", table_.exp_avg_sq}};
}

}  // namespace mneme
