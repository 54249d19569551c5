#include "nn/optim/step_guard/step_guard_kernels.h"

namespace mneme::cpu {

void Judge(const JudgeArgs& args) {
  NormSums sums = {0.0f, 0.0f, -1};
  for (int64_t i = 0; i < args.n_values; ++i) {
    sums.values += args.values[i];
    if (!IsFinite(args.values[i])) sums.first_bad = args.n_dense + i;
  }
  int64_t bad_dense = -1;
  for (int64_t i = 0; i < args.n_dense; ++i) {
    sums.dense += args.dense[i];
    if (!IsFinite(args.dense[i])) bad_dense = i;
  }
  if (bad_dense >= 0) sums.first_bad = bad_dense;
  JudgeStep(args, sums);
}

}  // namespace mneme::cpu
