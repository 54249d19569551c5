#ifndef MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_KERNELS_H_
#define MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_KERNELS_H_

#include <cmath>
#include <cstdint>

#include "nn/optim/adam_factors.h"
#include "runtime/core/host_device.h"

namespace mneme {

// As StepGuard::Counts has them.
struct GuardCounts {
  int64_t updates, skipped, skipped_in_a_row, good_in_a_row, first_bad;
};
constexpr int kGuardCounts = 5;

struct JudgeArgs {
  double beta1, beta2;
  float max_norm;  // <= 0: no limit
  bool scales_loss;
  int64_t n_dense, n_values;
  const float* dense;           // [n_dense], squared norms
  const float* values;          // [n_values]
  GuardCounts* counts;          // [1]
  float* loss_scale;            // [1]
  float* norms;                 // [2]
  AdamFactors* dense_factors;   // [1]
  AdamFactors* values_factors;  // [1]
};

// Sums of the squared norms, and which of them is bad, as GuardCounts::first_bad; -1: none.
struct NormSums {
  float dense, values;
  int64_t first_bad;
};

MNEME_HOST_DEVICE inline bool IsFinite(float x) { return x - x == 0.0f; }

// A backward pass begins with the last parameters, so of the bad ones the last is the first.
MNEME_HOST_DEVICE inline void JudgeStep(const JudgeArgs& args, const NormSums& sums) {
  constexpr int64_t kStepsToDouble = 2000;
  constexpr float kMaxLossScale = 16777216.0f;
  GuardCounts& counts = *args.counts;
  const float scale = *args.loss_scale;
  // Finite squares may add up to infinity: nobody is to blame, but no step can be made.
  const bool has_stopped = counts.skipped_in_a_row >= kMaxSkippedInARow;
  const bool is_good = !has_stopped && IsFinite(sums.dense) && IsFinite(sums.values);
  if (has_stopped) {
    // Everything stays as it was, for the host to see.
  } else if (is_good) {
    ++counts.updates;
    ++counts.good_in_a_row;
    counts.skipped_in_a_row = 0;
    if (args.scales_loss && counts.good_in_a_row == kStepsToDouble) {
      counts.good_in_a_row = 0;
      if (scale < kMaxLossScale) *args.loss_scale = 2.0f * scale;
    }
  } else {
    ++counts.skipped;
    counts.good_in_a_row = 0;
    counts.first_bad = sums.first_bad;
    if (args.scales_loss && scale > 1.0f) {
      *args.loss_scale = 0.5f * scale;
    } else {
      ++counts.skipped_in_a_row;
    }
  }
  const double t = static_cast<double>(counts.updates);
  AdamFactors factors;
  factors.correction = static_cast<float>(1.0 / (1.0 - pow(args.beta1, t)));
  factors.inv_sqrt_correction = static_cast<float>(1.0 / sqrt(1.0 - pow(args.beta2, t)));
  factors.updates = static_cast<float>(counts.updates);
  const float squared[2] = {sums.dense, sums.values};
  AdamFactors* const to[2] = {args.dense_factors, args.values_factors};
  for (int i = 0; i < 2; ++i) {
    const float norm = sqrtf(squared[i]) / scale;
    const bool clips = args.max_norm > 0.0f && args.max_norm < norm + 1e-6f;
    const float clip = clips ? args.max_norm / (norm + 1e-6f) : 1.0f;
    factors.gradient_scale = is_good ? clip / scale : NAN;
    args.norms[i] = norm;
    *to[i] = factors;
  }
}

namespace cpu {
void Judge(const JudgeArgs& args);
}  // namespace cpu
namespace cuda {
void Judge(const JudgeArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_STEP_GUARD_STEP_GUARD_KERNELS_H_
