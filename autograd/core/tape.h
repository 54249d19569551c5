// Tape: the ops of one forward pass, in the order they ran.
//
// An op's forward function pushes one named node. Backward() walks the nodes from the last to the
// first, and frees each when it is done with it. Without a tape nothing is recorded: that is
// inference. Left out on purpose: double backward, forward mode, vmap.

#ifndef MNEME_AUTOGRAD_CORE_TAPE_H_
#define MNEME_AUTOGRAD_CORE_TAPE_H_

#include <memory>
#include <utility>
#include <vector>

#include "autograd/core/variable.h"

namespace mneme {

// What one op needs for its backward pass: gradients of its inputs to add to, and saved tensors.
struct Node {
  virtual ~Node() = default;
  virtual const char* name() const = 0;
  // Adds to the inputs' gradients what `dout`, dloss/doutput, gives them. An input that needs no
  // gradient has a null one.
  virtual void Backward(Tensor dout) = 0;

  std::shared_ptr<Gradient> out_grad;
};

class Tape {
 public:
  Tape() = default;
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // The tape that ops record on in this thread, or null.
  static Tape* Current();

  void Push(std::unique_ptr<Node> node) { nodes_.push_back(std::move(node)); }

  // Gradients of the scalar `loss` with respect to every leaf, times `seed` (1 unless loss is
  // scaled). Leaves the tape empty.
  void Backward(const Variable& loss, float seed = 1.0f);
  // The same for an output of any shape, given dloss/doutput.
  void Backward(const Variable& output, Tensor dout);

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
};

// Makes `tape` the current one of this thread for the scope's lifetime. Null stops recording.
class TapeScope {
 public:
  explicit TapeScope(Tape* tape);
  ~TapeScope();
  TapeScope(const TapeScope&) = delete;
  TapeScope& operator=(const TapeScope&) = delete;

 private:
  Tape* previous_;
};

// True when a tape is recording and one of the inputs wants a gradient.
template <typename... Variables>
bool Recording(const Variables&... inputs) {
  return Tape::Current() != nullptr && (inputs.requires_grad() || ...);
}

// Ends an op's forward function: pushes the node and returns the output as a variable.
Variable Record(std::unique_ptr<Node> node, Tensor out);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_CORE_TAPE_H_
