#include "nn/modules/rms_norm.h"

#include "autograd/ops/rms_norm/rms_norm.h"

namespace mneme::nn {

Variable RmsNorm::Forward(const Variable& x) {
  return mneme::RmsNorm(x, weight_->variable, epsilon_);
}

}  // namespace mneme::nn
