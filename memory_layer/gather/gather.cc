#include "memory_layer/gather/gather.h"

#include <utility>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

// The CPU's kernels compute in f32 alone: there, half precision has to be right, not fast.
Tensor KernelInput(const Tensor& x) { return x.device().is_cpu() ? Cast(x, DType::kF32) : x; }

DType KernelDType(Device device, DType dtype) { return device.is_cpu() ? DType::kF32 : dtype; }

Tensor RunWeightedSum(const PickPlan& plan, const StagedRows& staged, const Tensor& weights,
                      DType out_dtype) {
  const Device device = weights.device();
  const Tensor rows = KernelInput(staged.rows);
  const int64_t dim = rows.dim(1);
  const Tensor out =
      Tensor::Empty({plan.tokens(), dim}, KernelDType(device, out_dtype), device);  // [T, dim]
  MNEME_DISPATCH(device, WeightedSum,
                 WeightedSumArgs{.rows_dtype = rows.dtype(),
                                 .out_dtype = out.dtype(),
                                 .tokens = plan.tokens(),
                                 .picks = plan.picks_per_token(),
                                 .dim = dim,
                                 .rows = rows.raw(),
                                 .index = staged.index.data<int64_t>(),
                                 .weights = weights.data<float>(),
                                 .out = out.raw()});
  return Cast(out, out_dtype);
}

Tensor RunPickDot(const PickPlan& plan, const StagedRows& staged, const Tensor& x) {
  const Tensor rows = KernelInput(staged.rows), input = KernelInput(x);
  const Tensor out =
      Tensor::Empty({plan.tokens(), plan.picks_per_token()}, DType::kF32, x.device());  // [T, P]
  MNEME_DISPATCH(x.device(), PickDot,
                 PickDotArgs{.rows_dtype = rows.dtype(),
                             .x_dtype = input.dtype(),
                             .tokens = plan.tokens(),
                             .picks = plan.picks_per_token(),
                             .dim = rows.dim(1),
                             .rows = rows.raw(),
                             .index = staged.index.data<int64_t>(),
                             .x = input.raw(),
                             .out = out.data<float>()});
  return out;
}

// weights f32 [T, P], x [T, dim] -> f32 [max_unique, dim]
Tensor RunSumByRow(const PickPlan& plan, const Tensor& weights, const Tensor& x) {
  const SortedPicks& sorted = plan.sorted();
  const Tensor input = KernelInput(x);
  const Tensor out = Tensor::Empty({sorted.max_unique, x.dim(-1)}, DType::kF32, x.device());
  MNEME_DISPATCH(x.device(), SumByRow,
                 SumByRowArgs{.x_dtype = input.dtype(),
                              .count = plan.rows().numel(),
                              .picks = plan.picks_per_token(),
                              .dim = x.dim(-1),
                              .max_unique = sorted.max_unique,
                              .unique_count = sorted.unique_count.data<int64_t>(),
                              .offsets = sorted.offsets.data<int64_t>(),
                              .order = sorted.order.data<int64_t>(),
                              .inverse = sorted.inverse.data<int64_t>(),
                              .weights = weights.data<float>(),
                              .x = input.raw(),
                              .out = out.data<float>()});
  return out;
}

struct WeightedRowSumNode : Node {
  const char* name() const override { return "WeightedRowSum"; }

  void Backward(Tensor dout) override {
    if (weights_grad) weights_grad->Add(RunPickDot(*plan, staged, dout));
    store->AddGradient(plan, RunSumByRow(*plan, weights, dout));
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
    if (x_grad) x_grad->Add(RunWeightedSum(*plan, staged, dout, x.dtype()).Reshape(x.shape()));
    store->AddGradient(plan, RunSumByRow(*plan, dout, x));
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

}  // namespace

Variable WeightedRowSum(ValueStore* store, std::shared_ptr<const PickPlan> plan,
                        const Variable& weights, DType out_dtype) {
  CheckInputs("WeightedRowSum", *store, *plan, weights.value(), plan->picks_per_token());
  StagedRows staged = store->Stage(*plan);
  Tensor out = RunWeightedSum(*plan, staged, weights.value(), out_dtype);
  if (Tape::Current() == nullptr) return Variable(std::move(out));
  auto node = std::make_unique<WeightedRowSumNode>();
  node->weights_grad = weights.gradient();
  node->store = store;
  node->plan = std::move(plan);
  node->staged = std::move(staged);
  node->weights = weights.value();
  return Record(std::move(node), std::move(out));
}

Variable RowDot(ValueStore* store, std::shared_ptr<const PickPlan> plan, const Variable& x) {
  CheckInputs("RowDot", *store, *plan, x.value(), store->dim());
  StagedRows staged = store->Stage(*plan);
  Tensor out = RunPickDot(*plan, staged, x.value());
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
