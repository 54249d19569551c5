#include "autograd/ops/gate/gate.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/gate/gate_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& x, const Tensor& gate) {
  Shape wanted = x.shape();
  if (!wanted.empty()) wanted.back() = 1;
  CHECK(x.rank() >= 1 && gate.shape() == wanted)
      << "gate of " << ShapeString(x.shape()) << " by " << ShapeString(gate.shape());
  CHECK(IsFloat(x.dtype()) && gate.dtype() == x.dtype())
      << "gate of " << DTypeName(x.dtype()) << " by " << DTypeName(gate.dtype());
  CHECK(gate.device() == x.device())
      << "gate on " << x.device().name() << " by one on " << gate.device().name();
}

struct GateNode : Node {
  const char* name() const override { return "Gate"; }

  void Backward(Tensor dout) override {
    Tensor dx, dgate;
    if (x_grad) dx = Tensor::EmptyLike(dout);
    if (gate_grad) dgate = Tensor::EmptyLike(gate);
    MNEME_DISPATCH(dout.device(), GateBackward,
                   GateBackwardArgs{.dtype = dout.dtype(),
                                    .rows = dout.rows(),
                                    .columns = dout.dim(-1),
                                    .x = x.raw(),
                                    .gate = gate.raw(),
                                    .dout = dout.raw(),
                                    .dx = x_grad ? dx.raw() : nullptr,
                                    .dgate = gate_grad ? dgate.raw() : nullptr});
    if (x_grad) x_grad->Add(std::move(dx));
    if (gate_grad) gate_grad->Add(std::move(dgate));
  }

  std::shared_ptr<Gradient> x_grad, gate_grad;
  Tensor x;     // [..., D]
  Tensor gate;  // [..., 1]
};

}  // namespace

Variable Gate(const Variable& x, const Variable& gate) {
  CheckInputs(x.value(), gate.value());
  Tensor out = Tensor::EmptyLike(x.value());
  MNEME_DISPATCH(out.device(), GateForward,
                 GateForwardArgs{.dtype = out.dtype(),
                                 .rows = out.rows(),
                                 .columns = out.dim(-1),
                                 .x = x.value().raw(),
                                 .gate = gate.value().raw(),
                                 .out = out.raw()});
  if (!Recording(x, gate)) return Variable(std::move(out));
  auto node = std::make_unique<GateNode>();
  node->x_grad = x.gradient();
  node->gate_grad = gate.gradient();
  node->x = x.value();
  node->gate = gate.value();
  return Record(std::move(node), std::move(out));
}

}  // namespace mneme
