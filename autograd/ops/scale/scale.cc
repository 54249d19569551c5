#include "autograd/ops/scale/scale.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/scale/scale_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

Tensor Scaled(const Tensor& x, float alpha) {
  Tensor out = Tensor::EmptyLike(x);
  MNEME_DISPATCH(
      x.device(), Scale,
      ScaleArgs{
          .dtype = x.dtype(), .count = x.numel(), .alpha = alpha, .x = x.raw(), .out = out.raw()});
  return out;
}

struct ScaleNode : Node {
  const char* name() const override { return "Scale"; }

  void Backward(Tensor dout) override { x_grad->Add(Scaled(dout, alpha)); }

  std::shared_ptr<Gradient> x_grad;
  float alpha;
};

}  // namespace

Variable Scale(const Variable& x, float alpha) {
  CHECK(IsFloat(x.value().dtype())) << "scale of " << DTypeName(x.value().dtype());
  Tensor out = Scaled(x.value(), alpha);
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<ScaleNode>();
  node->x_grad = x.gradient();
  node->alpha = alpha;
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
