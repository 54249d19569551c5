// A value store for gradient checks: its table is a variable, whose gradient is dense and f32.

#ifndef MNEME_MEMORY_LAYER_TESTING_TABLE_STORE_H_
#define MNEME_MEMORY_LAYER_TESTING_TABLE_STORE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "autograd/core/variable.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

class TableStore : public ValueStore {
 public:
  // table: [n_rows, dim], of any float dtype.
  explicit TableStore(Variable table) : table_(std::move(table)) {}

  const std::string& name() const override { return name_; }
  int64_t n_rows() const override { return table_.value().dim(0); }
  int64_t dim() const override { return table_.value().dim(1); }
  Device device() const override { return table_.value().device(); }

  StagedRows Stage(const PickPlan& plan) override {
    return {table_.value(), plan.rows().Reshape({-1})};
  }
  // Adds to the variable's gradient. Rows that nobody picked get zeros.
  void AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) override;

  // It is no more than that.
  void InitialiseRows(uint64_t, int64_t, int64_t) override { LOG(FATAL) << "not there"; }
  RowGradients SummedGradient() override { LOG(FATAL) << "not there"; }
  void Update(const SparseAdamArgs&) override { LOG(FATAL) << "not there"; }
  void ClearGradients() override {}
  int64_t LastTouchedRows() const override { return 0; }
  std::vector<StoreTensor> State() override { return {}; }
  void FinishRestore() override {}

 private:
  std::string name_ = "table";
  Variable table_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_TESTING_TABLE_STORE_H_
