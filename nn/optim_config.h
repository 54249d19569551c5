// The optimizer and the learning-rate schedule: plain data. Its keys, ranges and meanings are
// described once, in apps/config/train_schema.cc.

#ifndef MNEME_NN_OPTIM_CONFIG_H_
#define MNEME_NN_OPTIM_CONFIG_H_

#include <cstdint>

namespace mneme {

enum class SchedulerKind { kConstant, kLinear, kInvSqrt, kCosine, kWsd };

struct OptimConfig {
  // AdamW over the dense parameters. beta1, beta2 and epsilon serve the value tables too.
  double lr = 3e-4;
  double weight_decay = 0.1;  // decoupled, on every dense parameter
  double epsilon = 1e-8;
  double beta1 = 0.9;
  double beta2 = 0.95;
  double clip = 1.0;  // largest gradient norm, of each parameter group by itself

  SchedulerKind scheduler = SchedulerKind::kCosine;
  int64_t warmup = 2000;        // steps
  double lr_min_ratio = 0.1;    // linear, inv_sqrt, cosine, wsd: the floor, as a share of lr
  double cycle_length = 1.0;    // cosine: divides the angle; wsd: a cycle, as a share of the run
  double cosine_theta = 1.0;    // cosine: power of the progress
  double exp_factor = 0.5;      // inv_sqrt: power of warmup / step
  double decay_fraction = 0.1;  // wsd: the last part of a cycle, as a share of it
};

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_CONFIG_H_
