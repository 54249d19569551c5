#include "memory_layer/mul/mul.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "memory_layer/mul/mul_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

Tensor Product(const Tensor& a, const Tensor& b) {
  Tensor out = Tensor::EmptyLike(a);
  MNEME_DISPATCH(
      a.device(), Mul,
      MulArgs{
          .dtype = a.dtype(), .count = a.numel(), .a = a.raw(), .b = b.raw(), .out = out.raw()});
  return out;
}

struct MulNode : Node {
  const char* name() const override { return "Mul"; }

  void Backward(Tensor dout) override {
    if (a_grad) a_grad->Add(Product(dout, b));
    if (b_grad) b_grad->Add(Product(dout, a));
  }

  std::shared_ptr<Gradient> a_grad;
  std::shared_ptr<Gradient> b_grad;
  Tensor a;  // any shape
  Tensor b;  // as a
};

}  // namespace

Variable Mul(const Variable& a, const Variable& b) {
  const Tensor &x = a.value(), &y = b.value();
  CHECK(x.shape() == y.shape() && x.device() == y.device())
      << "product of " << ShapeString(x.shape()) << " and " << ShapeString(y.shape());
  CHECK(IsFloat(x.dtype()) && x.dtype() == y.dtype())
      << "product of " << DTypeName(x.dtype()) << " and " << DTypeName(y.dtype());
  Tensor out = Product(x, y);
  if (!Recording(a, b)) return Variable(std::move(out));
  auto node = std::make_unique<MulNode>();
  node->a_grad = a.gradient();
  node->b_grad = b.gradient();
  node->a = x;
  node->b = y;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
