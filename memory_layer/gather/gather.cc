#include "memory_layer/gather/gather.h"

#include <utility>

#include "autograd/core/tape.h"
#include "memory_layer/gather/row_passes.h"

namespace mneme {
namespace {

struct WeightedRowSumNode : Node {
  const char* name() const override { return "WeightedRowSum"; }

  void Backward(Tensor dout) override {
    if (weights_grad) weights_grad->Add(PickDot(*plan, staged, dout));
    store->AddGradient(plan, SumByRow(*plan, weights, dout));
  }

  std::shared_ptr<Gradient> weights_grad;
  ValueStore* store;
  std::shared_ptr<const PickPlan> plan;
  StagedRows staged;
  Tensor weights;  // f32 [T, P]
};

struct RowDotNode : Node {
  const char* name() const override { return "RowDot"; }

  void Backward(Tensor dout) override {
    if (x_grad) x_grad->Add(WeightedSum(*plan, staged, dout, x.dtype()).Reshape(x.shape()));
    store->AddGradient(plan, SumByRow(*plan, dout, x));
  }

  std::shared_ptr<Gradient> x_grad;
  ValueStore* store;
  std::shared_ptr<const PickPlan> plan;
  StagedRows staged;
  Tensor x;  // [T, dim]
};

void CheckInputs(const char* op, const ValueStore& store, const PickPlan& plan, const Tensor& in,
                 int64_t columns) {
  CHECK(in.rank() == 2 && in.dim(0) == plan.tokens() && in.dim(1) == columns)
      << op << " of " << ShapeString(in.shape()) << " with picks "
      << ShapeString(plan.rows().shape()) << " of rows of width " << store.dim();
  CHECK_EQ(plan.n_rows(), store.n_rows()) << op << ": the picks are another table's";
  CHECK(in.device() == plan.rows().device() && in.device() == store.device()) << op;
}

// For WeightedRowSum and its kin.
void CheckWeights(const ValueStore& store, const PickPlan& plan, const Tensor& weights) {
  CheckInputs("WeightedRowSum", store, plan, weights, plan.picks_per_token());
}

StagedRows StageFor(ValueStore* store, const PickPlan& plan) {
  return Tape::Current() == nullptr ? store->ReadInPlace(plan) : store->Stage(plan);
}

}  // namespace

Variable WeightedRowSum(ValueStore* store, std::shared_ptr<const PickPlan> plan,
                        const Variable& weights, DType out_dtype) {
  CheckWeights(*store, *plan, weights.value());
  StagedRows staged = StageFor(store, *plan);
  Tensor out = WeightedSum(*plan, staged, weights.value(), out_dtype);
  if (Tape::Current() == nullptr) return Variable(std::move(out));
  auto node = std::make_unique<WeightedRowSumNode>();
  node->weights_grad = weights.gradient();
  node->store = store;
  node->plan = std::move(plan);
  node->staged = std::move(staged);
  node->weights = weights.value();
  return Record(std::move(node), std::move(out));
}

Tensor GatedRowSum(ValueStore* store, const PickPlan& plan, const Tensor& weights,
                   const Tensor& gate) {
  CheckWeights(*store, plan, weights);
  CheckInputs("GatedRowSum", *store, plan, gate, store->dim());
  return WeightedSum(plan, store->ReadInPlace(plan), weights, gate.dtype(), gate);
}

Variable RowDot(ValueStore* store, std::shared_ptr<const PickPlan> plan, const Variable& x) {
  CheckInputs("RowDot", *store, *plan, x.value(), store->dim());
  StagedRows staged = StageFor(store, *plan);
  Tensor out = PickDot(*plan, staged, x.value());
  if (Tape::Current() == nullptr) return Variable(std::move(out));
  auto node = std::make_unique<RowDotNode>();
  node->x_grad = x.gradient();
  node->store = store;
  node->plan = std::move(plan);
  node->staged = std::move(staged);
  node->x = x.value();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
