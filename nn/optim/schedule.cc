#include "nn/optim/schedule.h"

#include <algorithm>
#include <cmath>

namespace mneme {
namespace {

double Wsd(const OptimConfig& config, int64_t step, int64_t total_steps) {
  const double cycle_steps = config.cycle_length * static_cast<double>(total_steps);
  // The last step of a cycle belongs to it, not to the next.
  const double cycle_end = std::ceil(static_cast<double>(step) / cycle_steps) * cycle_steps;
  const double decay_steps = config.decay_fraction * cycle_steps;
  const double progress = (static_cast<double>(step) - (cycle_end - decay_steps)) / decay_steps;
  if (decay_steps == 0.0 || progress <= 0.0) return 1.0;
  const double m = config.lr_min_ratio;
  return m / (progress + (1.0 - progress) * m);
}

}  // namespace

double ScheduleFactor(const OptimConfig& config, int64_t step, int64_t total_steps) {
  if (config.scheduler == SchedulerKind::kConstant) return 1.0;
  const double t = static_cast<double>(step), w = static_cast<double>(config.warmup);
  if (step < config.warmup) return t / w;
  const double m = config.lr_min_ratio;
  if (config.scheduler == SchedulerKind::kInvSqrt) {
    return std::max(std::pow(std::max(w, 1.0) / t, config.exp_factor), m);
  }
  if (step > total_steps) return m;
  const double s =
      total_steps > config.warmup ? (t - w) / static_cast<double>(total_steps - config.warmup) : 1;
  switch (config.scheduler) {
    case SchedulerKind::kLinear:
      return s * m + (1.0 - s);
    case SchedulerKind::kCosine:
      return m + 0.5 * (1.0 - m) *
                     (std::cos(M_PI * std::pow(s, config.cosine_theta) / config.cycle_length) + 1);
    default:
      return Wsd(config, step, total_steps);
  }
}

}  // namespace mneme
