#include <cmath>
#include <type_traits>

#include "nn/optim/adamw/adamw_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 13;  // elements

template <typename T>
void UpdateRange(const AdamWArgs& args, const AdamWTensor& tensor, int64_t begin, int64_t end) {
  float* __restrict weight = tensor.weight;
  const float* __restrict gradient = tensor.gradient;
  float* __restrict exp_avg = tensor.exp_avg;
  float* __restrict exp_avg_sq = tensor.exp_avg_sq;
  const float scale = args.factors->gradient_scale;
  const float step_size = args.lr * args.factors->correction;
  const float correction = args.factors->inv_sqrt_correction;
  for (int64_t i = begin; i < end; ++i) {
    const float g = gradient[i] * scale;
    const float m = args.beta1 * exp_avg[i] + (1.0f - args.beta1) * g;
    const float v = args.beta2 * exp_avg_sq[i] + (1.0f - args.beta2) * g * g;
    exp_avg[i] = m;
    exp_avg_sq[i] = v;
    weight[i] = weight[i] * args.decay - step_size * m / (std::sqrt(v) * correction + args.epsilon);
  }
  if constexpr (!std::is_same_v<T, float>) {
    T* __restrict copy = static_cast<T*>(tensor.copy);
    for (int64_t i = begin; i < end; ++i) copy[i] = static_cast<T>(weight[i]);
  }
}

}  // namespace

void AdamW(const AdamWArgs& args) {
  if (std::isnan(args.factors->gradient_scale)) return;
  for (int64_t t = 0; t < args.n_tensors; ++t) {
    const AdamWTensor& tensor = args.tensors[t];
    ParallelFor(tensor.count, kGrain, [&](int64_t begin, int64_t end) {
      MNEME_FLOAT_SWITCH(args.copy_dtype, T, UpdateRange<T>(args, tensor, begin, end));
    });
  }
}

}  // namespace mneme::cpu
