// AdamW over all dense parameters.

#ifndef MNEME_NN_OPTIM_ADAMW_ADAMW_H_
#define MNEME_NN_OPTIM_ADAMW_ADAMW_H_

#include <vector>

#include "nn/core/parameter.h"
#include "nn/optim_config.h"

namespace mneme {

// Adam with decoupled weight decay. In step t, with g the gradient times gradient_scale:
//   w <- w (1 - lr weight_decay)
//   m <- beta1 m + (1 - beta1) g          v <- beta2 v + (1 - beta2) g^2
//   w <- w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
// A parameter that got no gradient stands still. Source: arXiv 1711.05101, algorithm 2.
class AdamW {
 public:
  // Moments start at zero. `parameters` must outlive the optimizer.
  AdamW(ParameterStore* parameters, const OptimConfig& config);

  // gradient_scale: f32, one element, on the parameters' device. Leaves the gradients as they are.
  void Step(double lr, const Tensor& gradient_scale);

  int64_t step_count() const { return step_count_; }
  void set_step_count(int64_t count) { step_count_ = count; }

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
  int64_t step_count_ = 0;
};

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_ADAMW_ADAMW_H_
