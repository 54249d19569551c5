#include <algorithm>

#include "autograd/ops/rope/rope_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 14;  // elements

// sign is 1, or -1 to turn back.
template <typename T>
void RotateHead(const T* x, const float* turn, float sign, T* out, int64_t pairs) {
  for (int64_t i = 0; i < pairs; ++i) {
    const float a = static_cast<float>(x[2 * i]), b = static_cast<float>(x[2 * i + 1]);
    const float cosine = turn[2 * i], sine = sign * turn[2 * i + 1];
    out[2 * i] = static_cast<T>(a * cosine - b * sine);
    out[2 * i + 1] = static_cast<T>(a * sine + b * cosine);
  }
}

template <typename T>
void RopeAs(const RopeArgs& args) {
  const int64_t d = 2 * args.pairs, row = args.heads * d;
  const int64_t grain_rows = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, row));
  const float sign = args.inverse ? -1.0f : 1.0f;
  ParallelFor(args.batch * args.length, grain_rows, [&](int64_t begin, int64_t end) {
    for (int64_t bs = begin; bs < end; ++bs) {
      const T* x = static_cast<const T*>(args.x) + bs * row;
      T* out = static_cast<T*>(args.out) + bs * row;
      const int64_t position = args.positions ? args.positions[bs] : bs % args.length;
      const float* turn = args.turn + position * d;
      for (int64_t at = 0; at < row; at += d) {
        RotateHead(x + at, turn, sign, out + at, args.pairs);
      }
    }
  });
}

}  // namespace

void Rope(const RopeArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, RopeAs<T>(args)); }

}  // namespace mneme::cpu
