// Root-mean-square normalisation with a learned scale.

#ifndef MNEME_NN_MODULES_RMS_NORM_H_
#define MNEME_NN_MODULES_RMS_NORM_H_

#include "nn/core/module.h"
#include "nn/core/parameter.h"

namespace mneme::nn {

// x [..., dim] -> x / sqrt(mean(x^2) + epsilon) * weight. Parameter: weight [dim], ones.
// Source: arXiv 1910.07467, equation 4.
class RmsNorm : public Module {
 public:
  RmsNorm(const Scope& scope, int64_t dim, double epsilon)
      : weight_(scope.Create("weight", {dim}, Init::Constant(1))),
        epsilon_(static_cast<float>(epsilon)) {}

  Variable Forward(const Variable& x) override;

  // x [T, dim], to be normalised by the op that reads it.
  NormedRows Of(const Tensor& x) const { return {x, weight_->variable.value(), epsilon_}; }

 private:
  Parameter* weight_;
  float epsilon_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_RMS_NORM_H_
