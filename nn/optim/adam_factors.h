// What Adam has to know of a step and only the device knows. Free of heavy dependencies, so that
// kernels may include it.

#ifndef MNEME_NN_OPTIM_ADAM_FACTORS_H_
#define MNEME_NN_OPTIM_ADAM_FACTORS_H_

namespace mneme {

// Lies in a tensor f32 [4], in memory of the device that updates.
struct AdamFactors {
  float gradient_scale;       // multiplies gradients; NaN: the step is skipped, nothing changes
  float correction;           // 1 / (1 - beta1^t)
  float inv_sqrt_correction;  // 1 / sqrt(1 - beta2^t)
  float updates;              // t: this update's number, from 1
};
constexpr int kAdamFactors = 4;

// Steps that may be skipped one after the other, when no smaller loss scale can help.
constexpr int kMaxSkippedInARow = 10;

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_ADAM_FACTORS_H_
