#include "autograd/ops/rms_norm/rms_norm.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/rms_norm/rms_norm_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/reduce/reduce.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& x, const Tensor& weight) {
  CHECK(x.rank() >= 1 && IsFloat(x.dtype()))
      << "rms_norm of " << DTypeName(x.dtype()) << " " << ShapeString(x.shape());
  if (!weight.defined()) return;
  CHECK(weight.rank() == 1 && weight.dim(0) == x.dim(-1))
      << "rms_norm of " << ShapeString(x.shape()) << " by weight " << ShapeString(weight.shape());
  CHECK(weight.dtype() == x.dtype() && weight.device() == x.device())
      << "rms_norm of " << DTypeName(x.dtype()) << " on " << x.device().name() << " by weight "
      << DTypeName(weight.dtype()) << " on " << weight.device().name();
}

const void* RawOrNull(const Tensor& tensor) { return tensor.defined() ? tensor.raw() : nullptr; }

// Groups of rows that sum the weight's gradient apart, by the shape alone: enough to share among
// threads, with enough elements each to be worth a thread.
int64_t RowGroups(const Tensor& x) {
  constexpr int64_t kGroupElements = 1 << 14, kMaxGroups = 256;
  return std::clamp<int64_t>(x.numel() / kGroupElements, 1, kMaxGroups);
}

struct RmsNormNode : Node {
  const char* name() const override { return "RmsNorm"; }

  void Backward(Tensor dout) override {
    const int64_t groups = RowGroups(x);
    Tensor dx, dweight;  // [..., D], [groups, D]
    if (x_grad) dx = Tensor::EmptyLike(x);
    if (weight_grad) dweight = Tensor::Empty({groups, x.dim(-1)}, DType::kF32, x.device());
    MNEME_DISPATCH(x.device(), RmsNormBackward,
                   RmsNormBackwardArgs{.dtype = x.dtype(),
                                       .rows = x.rows(),
                                       .columns = x.dim(-1),
                                       .groups = groups,
                                       .x = x.raw(),
                                       .weight = RawOrNull(weight),
                                       .inv_rms = inv_rms.data<float>(),
                                       .dout = dout.raw(),
                                       .dx = x_grad ? dx.raw() : nullptr,
                                       .dweight = weight_grad ? dweight.data<float>() : nullptr});
    if (x_grad) x_grad->Add(std::move(dx));
    if (weight_grad) weight_grad->Add(ColumnSum(dweight));
  }

  std::shared_ptr<Gradient> x_grad, weight_grad;
  Tensor x;        // [..., D]
  Tensor weight;   // [D], or undefined
  Tensor inv_rms;  // [rows] f32
};

}  // namespace

Variable RmsNorm(const Variable& x, const Variable& weight, float epsilon) {
  CheckInputs(x.value(), weight.value());
  Tensor out = Tensor::EmptyLike(x.value());
  Tensor inv_rms = Tensor::Empty({out.rows()}, DType::kF32, out.device());
  MNEME_DISPATCH(out.device(), RmsNormForward,
                 RmsNormForwardArgs{.dtype = out.dtype(),
                                    .rows = out.rows(),
                                    .columns = out.dim(-1),
                                    .epsilon = epsilon,
                                    .x = x.value().raw(),
                                    .weight = RawOrNull(weight.value()),
                                    .out = out.raw(),
                                    .inv_rms = inv_rms.data<float>()});
  if (!Recording(x, weight)) return Variable(std::move(out));
  auto node = std::make_unique<RmsNormNode>();
  node->x_grad = x.gradient();
  node->weight_grad = weight.gradient();
  node->x = x.value();
  node->weight = weight.value();
  node->inv_rms = std::move(inv_rms);
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
