#include "autograd/ops/silu_mul/silu_mul.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/silu_mul/silu_mul_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

struct SiluMulNode : Node {
  const char* name() const override { return "SiluMul"; }

  void Backward(Tensor dout) override {
    const Tensor da = Tensor::EmptyLike(a), db = Tensor::EmptyLike(b);
    MNEME_DISPATCH(a.device(), SiluMulBackward,
                   SiluMulBackwardArgs{.dtype = a.dtype(),
                                       .count = a.numel(),
                                       .a = a.raw(),
                                       .b = b.raw(),
                                       .dout = dout.raw(),
                                       .da = da.raw(),
                                       .db = db.raw()});
    if (a_grad) a_grad->Add(da);
    if (b_grad) b_grad->Add(db);
  }

  std::shared_ptr<Gradient> a_grad, b_grad;
  Tensor a;  // any shape
  Tensor b;  // as a
};

}  // namespace

Variable SiluMul(const Variable& a, const Variable& b) {
  const Tensor &x = a.value(), &y = b.value();
  CHECK(x.shape() == y.shape()) << "silu_mul of " << ShapeString(x.shape()) << " and "
                                << ShapeString(y.shape());
  CHECK(IsFloat(x.dtype()) && x.dtype() == y.dtype())
      << "silu_mul of " << DTypeName(x.dtype()) << " and " << DTypeName(y.dtype());
  CHECK(x.device() == y.device()) << "silu_mul on " << x.device().name() << " and "
                                  << y.device().name();
  Tensor out = Tensor::EmptyLike(x);
  MNEME_DISPATCH(
      x.device(), SiluMulForward,
      SiluMulForwardArgs{
          .dtype = x.dtype(), .count = x.numel(), .a = x.raw(), .b = y.raw(), .out = out.raw()});
  if (!Recording(a, b)) return Variable(std::move(out));
  auto node = std::make_unique<SiluMulNode>();
  node->a_grad = a.gradient();
  node->b_grad = b.gradient();
  node->a = x;
  node->b = y;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
