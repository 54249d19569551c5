#include <algorithm>
#include <cmath>

#include "memory_layer/sparse_adam/sparse_adam_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunkElements = 1 << 13;
constexpr int64_t kRowsAhead = 8;        // that are fetched while one is updated
constexpr int64_t kPrefetchBytes = 512;  // of each; the hardware fetches what follows

void Prefetch(const float* row, int64_t dim) {
  const int64_t bytes = std::min<int64_t>(dim * sizeof(float), kPrefetchBytes);
  for (int64_t at = 0; at < bytes; at += 64) {
    __builtin_prefetch(reinterpret_cast<const char*>(row) + at, 1);
  }
}

// rounded: null for kRounded = false.
template <typename G, bool kRounded>
void UpdateRow(const SparseAdamKernelArgs& args, float scale, const G* __restrict gradient,
               float* __restrict value, float* __restrict exp_avg, float* __restrict exp_avg_sq,
               bf16* __restrict rounded) {
  const float beta1 = args.beta1, beta2 = args.beta2, epsilon = args.epsilon;
  const float step_size = args.step_size, correction = args.inv_sqrt_correction;
  for (int64_t c = 0; c < args.dim; ++c) {
    const float g = static_cast<float>(gradient[c]) * scale;
    const float m = beta1 * exp_avg[c] + (1.0f - beta1) * g;
    const float v = beta2 * exp_avg_sq[c] + (1.0f - beta2) * g * g;
    const float w = value[c] - step_size * m / (std::sqrt(v) * correction + epsilon);
    exp_avg[c] = m;
    exp_avg_sq[c] = v;
    value[c] = w;
    if constexpr (kRounded) rounded[c] = static_cast<bf16>(w);
  }
}

template <typename G, bool kRounded>
void UpdateRows(const SparseAdamKernelArgs& args) {
  const G* gradients = static_cast<const G*>(args.gradients);
  const int64_t count = *args.count, dim = args.dim;
  const float scale = args.gradient_scale == nullptr ? 1.0f : *args.gradient_scale;
  if (std::isnan(scale)) return;
  const int64_t grain = std::max<int64_t>(1, kChunkElements / std::max<int64_t>(1, dim));
  ParallelFor(count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      const int64_t ahead = args.rows[std::min(u + kRowsAhead, end - 1)] * dim;
      Prefetch(args.values + ahead, dim);
      Prefetch(args.exp_avg + ahead, dim);
      Prefetch(args.exp_avg_sq + ahead, dim);
      const int64_t at = args.rows[u] * dim;
      UpdateRow<G, kRounded>(args, scale, gradients + u * dim, args.values + at, args.exp_avg + at,
                             args.exp_avg_sq + at, kRounded ? args.rounded + at : nullptr);
    }
  });
}

template <typename G>
void UpdateRowsAs(const SparseAdamKernelArgs& args) {
  args.rounded == nullptr ? UpdateRows<G, false>(args) : UpdateRows<G, true>(args);
}

}  // namespace

void SparseAdam(const SparseAdamKernelArgs& args) {
  MNEME_FLOAT_SWITCH(args.gradients_dtype, G, UpdateRowsAs<G>(args));
}

}  // namespace mneme::cpu
