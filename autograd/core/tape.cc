#include "autograd/core/tape.h"

#include "runtime/core/profiler_range.h"
#include "runtime/kernels/fill/fill.h"

namespace mneme {
namespace {

thread_local Tape* current_tape = nullptr;

}  // namespace

Tape* Tape::Current() { return current_tape; }

TapeScope::TapeScope(Tape* tape) : previous_(current_tape) { current_tape = tape; }
TapeScope::~TapeScope() { current_tape = previous_; }

Variable Record(std::unique_ptr<Node> node, Tensor out) {
  node->out_grad = std::make_shared<Gradient>();
  Variable variable(std::move(out), node->out_grad);
  Tape::Current()->Push(std::move(node));
  return variable;
}

void Tape::Backward(const Variable& loss, float seed) {
  CHECK_EQ(loss.value().numel(), 1) << "loss has shape " << ShapeString(loss.value().shape());
  Tensor dloss = Tensor::EmptyLike(loss.value());
  Fill(dloss, seed);
  Backward(loss, std::move(dloss));
}

void Tape::Backward(const Variable& output, Tensor dout) {
  CHECK(output.requires_grad()) << "backward from a value that depends on no leaf";
  CHECK(dout.shape() == output.value().shape())
      << ShapeString(dout.shape()) << " for an output " << ShapeString(output.value().shape());
  const ProfilerRange backward("backward");
  output.gradient()->Add(std::move(dout));
  while (!nodes_.empty()) {
    std::unique_ptr<Node> node = std::move(nodes_.back());
    nodes_.pop_back();
    // An output that nothing used has no gradient and gives none.
    if (!node->out_grad->defined()) continue;
    const ProfilerRange range(node->name());
    node->Backward(node->out_grad->Take());
  }
}

}  // namespace mneme
