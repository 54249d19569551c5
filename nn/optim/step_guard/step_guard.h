// Whether a step's gradients may be used, and by what they are to be multiplied: decided on the
// device, so that the host need not wait.
//
// Gradients are clipped in two groups, dense and values, each by its norm. If one of them is NaN or
// infinite the step is skipped: no weight, no moment and no count of updates changes; after
// kMaxSkippedInARow such steps all others are skipped too, until somebody looks. The loss can
// be scaled, so that gradients in f16 do not vanish: the scale halves with every skipped step, and
// doubles after 2000 steps that were not.
// Source of the scaling: "Mixed Precision Training", arXiv 1710.03740, section 3.2.

#ifndef MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_H_
#define MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_H_

#include <cstdint>

#include "nn/optim/adam_factors.h"
#include "nn/optim_config.h"
#include "runtime/core/tensor.h"

namespace mneme {

// Everything on the device.
struct StepVerdict {
  Tensor norms;           // f32 [2], dense and values, before clipping and without the loss scale
  Tensor dense_factors;   // f32 [4]: AdamFactors
  Tensor values_factors;  // f32 [4]: AdamFactors
};

class StepGuard {
 public:
  // optim: clip (<= 0: gradients stay as long as they are), beta1, beta2.
  StepGuard(const OptimConfig& optim, bool scales_loss, Device device);

  // f32 []: what the loss is to be multiplied by before the backward pass; 1 unless scaled.
  const Tensor& loss_scale() const { return loss_scale_; }

  // dense: f32 [n], the squared norm of each parameter's gradient; values: f32 [m], of each
  // table's. They decide about this step, and enter the counts.
  StepVerdict Judge(const Tensor& dense, const Tensor& values);

  // What Judge has counted.
  struct Counts {
    int64_t updates = 0;  // steps that were not skipped
    int64_t skipped = 0;
    // Without a break up to the last step, those aside that a smaller loss scale may mend.
    int64_t skipped_in_a_row = 0;
    int64_t good_in_a_row = 0;  // since the loss scale last changed
    // Of the latest skipped step: the gradient that went bad first in the backward pass, as an
    // index into `dense` or, from n on, into `values`; -1 if no step was skipped.
    int64_t first_bad = -1;
    float loss_scale = 1.0f;
  };
  // Waits for the device.
  Counts Read() const;
  void Restore(const Counts& counts);

 private:
  OptimConfig optim_;
  bool scales_loss_;
  Tensor counts_;      // i64 [5]
  Tensor loss_scale_;  // f32 []
};

// AdamFactors as a tensor on `device`; for those who know them.
Tensor MakeAdamFactors(double gradient_scale, double beta1, double beta2, int64_t updates,
                       Device device = Device::Cpu());

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_H_
