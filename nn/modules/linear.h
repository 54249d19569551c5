// y = x W^T + b

#ifndef MNEME_NN_MODULES_LINEAR_H_
#define MNEME_NN_MODULES_LINEAR_H_

#include "autograd/ops/few_rows/few_rows.h"
#include "nn/core/module.h"
#include "nn/core/parameter.h"

namespace mneme::nn {

// x [..., in] -> [..., out]. Parameters: weight [out, in] and, if asked for, bias [out], which
// starts at zero.
class Linear : public Module {
 public:
  enum class Bias : bool { kNo = false, kYes = true };

  Linear(const Scope& scope, int64_t in, int64_t out, const Init& init, Bias bias = Bias::kNo);
  // Shares a weight [out, in] that another module owns.
  explicit Linear(Parameter* weight) : weight_(weight) {}

  Variable Forward(const Variable& x) override;

  const Tensor& weight() const { return weight_->variable.value(); }
  LinearWeights weights() const { return {weight(), bias_ ? bias_->variable.value() : Tensor()}; }

 private:
  Parameter* weight_;
  Parameter* bias_ = nullptr;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_LINEAR_H_
