#include "autograd/ops/reshape/reshape.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"

namespace mneme {
namespace {

struct ReshapeNode : Node {
  const char* name() const override { return "Reshape"; }

  void Backward(Tensor dout) override { x_grad->Add(dout.Reshape(x_shape)); }

  std::shared_ptr<Gradient> x_grad;
  Shape x_shape;
};

}  // namespace

Variable Reshape(const Variable& x, const Shape& shape) {
  Tensor out = x.value().Reshape(shape);
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<ReshapeNode>();
  node->x_grad = x.gradient();
  node->x_shape = x.value().shape();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
