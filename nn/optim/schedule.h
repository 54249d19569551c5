// Learning-rate schedules.

#ifndef MNEME_NN_OPTIM_SCHEDULE_H_
#define MNEME_NN_OPTIM_SCHEDULE_H_

#include <cstdint>

#include "nn/optim_config.h"

namespace mneme {

// What the base learning rate is multiplied by in step t of N; the first step is t = 1. With w the
// warmup and m = lr_min_ratio:
//   t < w      t / w (but for constant, which has no warmup)
//   constant   1
//   linear     s m + (1 - s)                                   s = (t - w) / (N - w)
//   inv_sqrt   max((w / t)^exp_factor, m)
//   cosine     m + (1 - m) / 2 (cos(pi s^cosine_theta / cycle_length) + 1)
//   wsd        1, but in the last decay_fraction of each cycle of cycle_length N steps
//              m / (r + (1 - r) m), where r goes from 0 to 1 (warmup, stable, decay:
//              arXiv 2404.06395); m > 0
// After step N every schedule but constant and inv_sqrt stays at m.
double ScheduleFactor(const OptimConfig& config, int64_t step, int64_t total_steps);

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_SCHEDULE_H_
