#include <cmath>

#include "nn/optim/adamw/adamw_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 13;  // elements

void UpdateRange(const AdamWArgs& args, const AdamWTensor& tensor, int64_t begin, int64_t end) {
  float* __restrict weight = tensor.weight;
  const float* __restrict gradient = tensor.gradient;
  float* __restrict exp_avg = tensor.exp_avg;
  float* __restrict exp_avg_sq = tensor.exp_avg_sq;
  const float scale = *args.gradient_scale;
  for (int64_t i = begin; i < end; ++i) {
    const float g = gradient[i] * scale;
    const float m = args.beta1 * exp_avg[i] + (1.0f - args.beta1) * g;
    const float v = args.beta2 * exp_avg_sq[i] + (1.0f - args.beta2) * g * g;
    exp_avg[i] = m;
    exp_avg_sq[i] = v;
    const float denominator = std::sqrt(v) * args.inv_sqrt_correction + args.epsilon;
    weight[i] = weight[i] * args.decay - args.step_size * m / denominator;
  }
}

}  // namespace

void AdamW(const AdamWArgs& args) {
  for (int64_t t = 0; t < args.n_tensors; ++t) {
    const AdamWTensor& tensor = args.tensors[t];
    ParallelFor(tensor.count, kGrain,
                [&](int64_t begin, int64_t end) { UpdateRange(args, tensor, begin, end); });
  }
}

}  // namespace mneme::cpu
