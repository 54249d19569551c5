#include "nn/modules/linear.h"

#include "autograd/ops/linear/linear.h"

namespace mneme::nn {

Linear::Linear(const Scope& scope, int64_t in, int64_t out, const Init& init, Bias bias)
    : weight_(scope.Create("weight", {out, in}, init)) {
  if (bias == Bias::kYes) bias_ = scope.Create("bias", {out}, Init::Constant(0));
}

Variable Linear::Forward(const Variable& x) {
  return mneme::Linear(x, weight_->variable, bias_ ? bias_->variable : Variable());
}

}  // namespace mneme::nn
