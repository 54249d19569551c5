#include "autograd/core/variable.h"

#include "runtime/kernels/add/add.h"

namespace mneme {

void Gradient::Add(Tensor contribution) {
  if (!sum_.defined()) {
    sum_ = std::move(contribution);
    return;
  }
  // The first contribution may be shared with another gradient: an op that hands its output's
  // gradient on unchanged does not copy it.
  if (!sum_.unique()) sum_ = sum_.Clone();
  AddInPlace(sum_, contribution);
}

}  // namespace mneme
