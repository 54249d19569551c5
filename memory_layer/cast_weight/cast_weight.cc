#include "memory_layer/cast_weight/cast_weight.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

struct CastWeightNode : Node {
  const char* name() const override { return "CastWeight"; }

  void Backward(Tensor dout) override {
    CHECK(dout.dtype() == DType::kF32) << "a weight's gradient is " << DTypeName(dout.dtype());
    x_grad->Add(std::move(dout));
  }

  std::shared_ptr<Gradient> x_grad;
};

}  // namespace

Variable CastWeight(const Variable& x, DType dtype) {
  if (x.value().dtype() == dtype) return x;
  Tensor out = Cast(x.value(), dtype);
  if (!Recording(x)) return Variable(std::move(out));
  auto node = std::make_unique<CastWeightNode>();
  node->x_grad = x.gradient();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
