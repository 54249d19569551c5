#include "autograd/ops/softmax/softmax.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/softmax/softmax_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

struct SoftmaxNode : Node {
  const char* name() const override { return "Softmax"; }

  void Backward(Tensor dout) override {
    Tensor dx = Tensor::Empty(out.shape(), x_dtype, out.device());
    MNEME_DISPATCH(out.device(), SoftmaxBackward,
                   SoftmaxBackwardArgs{.dtype = x_dtype,
                                       .out_dtype = out.dtype(),
                                       .rows = out.rows(),
                                       .columns = out.dim(-1),
                                       .out = out.raw(),
                                       .dout = dout.raw(),
                                       .dx = dx.raw()});
    x_grad->Add(std::move(dx));
  }

  std::shared_ptr<Gradient> x_grad;
  DType x_dtype;
  Tensor out;  // [..., columns]
};

}  // namespace

Variable Softmax(const Variable& x) { return Softmax(x, x.value().dtype()); }

Variable Softmax(const Variable& x, DType out_dtype) {
  const Tensor& in = x.value();
  CHECK_GE(in.rank(), 1) << "softmax of a scalar";
  CHECK(IsFloat(in.dtype()) && (out_dtype == in.dtype() || out_dtype == DType::kF32))
      << "softmax of " << DTypeName(in.dtype()) << " into " << DTypeName(out_dtype);
  Tensor out = Tensor::Empty(in.shape(), out_dtype, in.device());
  MNEME_DISPATCH(in.device(), SoftmaxForward,
                 SoftmaxForwardArgs{.dtype = in.dtype(),
                                    .out_dtype = out_dtype,
                                    .rows = in.rows(),
                                    .columns = in.dim(-1),
                                    .x = in.raw(),
                                    .out = out.raw()});
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<SoftmaxNode>();
  node->x_grad = x.gradient();
  node->x_dtype = in.dtype();
  node->out = out;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
