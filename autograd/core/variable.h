// Variable: a tensor, and the place where its gradient is gathered.

#ifndef MNEME_AUTOGRAD_CORE_VARIABLE_H_
#define MNEME_AUTOGRAD_CORE_VARIABLE_H_

#include <memory>
#include <utility>

#include "runtime/core/tensor.h"

namespace mneme {

// The sum of what the uses of a value contributed to dloss/dvalue. Nodes hold the gradients of
// their inputs rather than the inputs themselves, so that a value lives only as long as somebody
// needs the value.
class Gradient {
 public:
  // Adds a contribution. The first is kept as it is, not copied.
  void Add(Tensor contribution);

  bool defined() const { return sum_.defined(); }
  const Tensor& tensor() const { return sum_; }
  // Moves the sum out and leaves the gradient undefined.
  Tensor Take() { return std::exchange(sum_, Tensor()); }
  void Clear() { sum_ = Tensor(); }

 private:
  Tensor sum_;
};

// A handle: copies share value and gradient.
class Variable {
 public:
  Variable() = default;

  // A constant: nothing is recorded for it.
  explicit Variable(Tensor value) : value_(std::move(value)) {}
  // A value whose gradient is wanted.
  Variable(Tensor value, std::shared_ptr<Gradient> gradient)
      : value_(std::move(value)), gradient_(std::move(gradient)) {}
  static Variable Leaf(Tensor value) {
    return Variable(std::move(value), std::make_shared<Gradient>());
  }

  const Tensor& value() const { return value_; }
  bool requires_grad() const { return gradient_ != nullptr; }
  const std::shared_ptr<Gradient>& gradient() const { return gradient_; }

 private:
  Tensor value_;
  std::shared_ptr<Gradient> gradient_;
};

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_CORE_VARIABLE_H_
