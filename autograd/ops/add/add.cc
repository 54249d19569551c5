#include "autograd/ops/add/add.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "runtime/kernels/add/add.h"

namespace mneme {
namespace {

struct AddNode : Node {
  const char* name() const override { return "Add"; }

  // Both inputs get the same tensor: Gradient copies it before it would write into it.
  void Backward(Tensor dout) override {
    if (a_grad) a_grad->Add(dout);
    if (b_grad) b_grad->Add(std::move(dout));
  }

  std::shared_ptr<Gradient> a_grad, b_grad;
};

}  // namespace

Variable Add(const Variable& a, const Variable& b) {
  Tensor out = Sum(a.value(), b.value());
  if (!Recording(a, b)) return Variable(std::move(out));
  auto node = std::make_unique<AddNode>();
  node->a_grad = a.gradient();
  node->b_grad = b.gradient();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
