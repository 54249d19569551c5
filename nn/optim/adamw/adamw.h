// AdamW over all dense parameters.

#ifndef MNEME_NN_OPTIM_ADAMW_ADAMW_H_
#define MNEME_NN_OPTIM_ADAMW_ADAMW_H_

#include <vector>

#include "nn/core/parameter.h"
#include "nn/optim_config.h"

namespace mneme {

// Adam with decoupled weight decay. In update t, with g the gradient times its scale:
//   w <- w (1 - lr weight_decay)
//   m <- beta1 m + (1 - beta1) g          v <- beta2 v + (1 - beta2) g^2
//   w <- w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
// A parameter that got no gradient stands still. Source: arXiv 1711.05101, algorithm 2.
class AdamW {
 public:
  // Moments start at zero. `parameters` must outlive the optimizer.
  AdamW(ParameterStore* parameters, const OptimConfig& config);

  // factors: AdamFactors f32 [4] on the parameters' device, which hold t and the scale. Brings the
  // copies in the model's dtype up to date in the same pass; leaves the gradients as they are.
  void Step(double lr, const Tensor& factors);

  // First and second moment of each parameter, in the store's order; for checkpoints.
  struct Moments {
    Tensor exp_avg;     // as the parameter, f32
    Tensor exp_avg_sq;  // as the parameter, f32
  };
  const std::vector<Moments>& moments() const { return moments_; }

 private:
  ParameterStore* parameters_;
  OptimConfig config_;
  std::vector<Moments> moments_;
};

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_ADAMW_ADAMW_H_
