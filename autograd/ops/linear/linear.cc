#include "autograd/ops/linear/linear.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/linear/linear_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/gemm/gemm.h"
#include "runtime/kernels/reduce/reduce.h"

namespace mneme {
namespace {

void CheckShapes(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  CHECK(x.rank() >= 1 && weight.rank() == 2 && x.dim(-1) == weight.dim(1))
      << "linear of " << ShapeString(x.shape()) << " by weight " << ShapeString(weight.shape());
  CHECK(IsFloat(x.dtype()) && weight.dtype() == x.dtype())
      << "linear of " << DTypeName(x.dtype()) << " by weight " << DTypeName(weight.dtype());
  CHECK(weight.device() == x.device())
      << "linear on " << x.device().name() << " by weight on " << weight.device().name();
  if (!bias.defined()) return;
  CHECK(bias.rank() == 1 && bias.dim(0) == weight.dim(0))
      << "linear by weight " << ShapeString(weight.shape()) << " with bias "
      << ShapeString(bias.shape());
  CHECK(bias.dtype() == x.dtype() && bias.device() == x.device())
      << "linear of " << DTypeName(x.dtype()) << " on " << x.device().name() << " with bias "
      << DTypeName(bias.dtype()) << " on " << bias.device().name();
}

// The bias goes into the output first, and the product is added to it: one rounding, and no pass
// over the output that the product would not make.
Tensor Forward(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  Shape shape = x.shape();
  shape.back() = weight.dim(0);
  Tensor out = Tensor::Empty(shape, x.dtype(), x.device());
  if (bias.defined()) {
    MNEME_DISPATCH(x.device(), RepeatRow,
                   RepeatRowArgs{.dtype = x.dtype(),
                                 .rows = out.rows(),
                                 .columns = out.dim(-1),
                                 .row = bias.raw(),
                                 .out = out.raw()});
  }
  // [rows, in] x [in, out]
  Gemm(x, Transpose::kNo, weight, Transpose::kYes, out, bias.defined() ? 1.0f : 0.0f);
  return out;
}

struct LinearNode : Node {
  const char* name() const override { return "Linear"; }

  void Backward(Tensor dout) override {
    if (x_grad) {
      Tensor dx = Tensor::Empty(x_shape, dout.dtype(), dout.device());
      Gemm(dout, Transpose::kNo, weight, Transpose::kNo, dx);  // [rows, out] x [out, in]
      x_grad->Add(std::move(dx));
    }
    if (weight_grad) {
      Tensor dweight = Tensor::Empty({dout.dim(-1), x.dim(-1)}, DType::kF32, dout.device());
      Gemm(dout, Transpose::kYes, x, Transpose::kNo, dweight);  // [out, rows] x [rows, in]
      weight_grad->Add(std::move(dweight));
    }
    if (bias_grad) bias_grad->Add(ColumnSum(dout));
  }

  std::shared_ptr<Gradient> x_grad, weight_grad, bias_grad;
  Shape x_shape;
  Tensor x;       // [..., in]; undefined if the weight needs no gradient
  Tensor weight;  // [out, in]; undefined if x needs none
};

}  // namespace

Variable Linear(const Variable& x, const Variable& weight, const Variable& bias) {
  CheckShapes(x.value(), weight.value(), bias.value());
  Tensor out = Forward(x.value(), weight.value(), bias.value());
  if (!Recording(x, weight, bias)) return Variable(std::move(out));
  auto node = std::make_unique<LinearNode>();
  node->x_grad = x.gradient();
  node->weight_grad = weight.gradient();
  node->bias_grad = bias.gradient();
  node->x_shape = x.value().shape();
  if (weight.requires_grad()) node->x = x.value();
  if (x.requires_grad()) node->weight = weight.value();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
