#include "autograd/ops/gelu/gelu.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/gelu/gelu_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

struct GeluNode : Node {
  const char* name() const override { return "Gelu"; }

  void Backward(Tensor dout) override {
    Tensor dx = Tensor::EmptyLike(x);
    MNEME_DISPATCH(x.device(), GeluBackward,
                   GeluBackwardArgs{.dtype = x.dtype(),
                                    .count = x.numel(),
                                    .x = x.raw(),
                                    .dout = dout.raw(),
                                    .dx = dx.raw()});
    x_grad->Add(std::move(dx));
  }

  std::shared_ptr<Gradient> x_grad;
  Tensor x;  // any shape
};

}  // namespace

Variable Gelu(const Variable& x) {
  const Tensor& in = x.value();
  CHECK(IsFloat(in.dtype())) << "gelu of " << DTypeName(in.dtype());
  Tensor out = Tensor::EmptyLike(in);
  MNEME_DISPATCH(
      in.device(), GeluForward,
      GeluForwardArgs{.dtype = in.dtype(), .count = in.numel(), .x = in.raw(), .out = out.raw()});
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<GeluNode>();
  node->x_grad = x.gradient();
  node->x = in;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
