#include <algorithm>

#include "autograd/ops/rope/rope_kernels.h"
#include "autograd/ops/rope/rope_pair.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 14;  // elements

template <typename T>
void RopeAs(const RopeArgs& args) {
  const int64_t d = 2 * args.pairs, row = args.heads * d;
  const int64_t grain_rows = std::max<int64_t>(1, kGrain / std::max<int64_t>(1, row));
  const float sign = args.inverse ? -1.0f : 1.0f;
  ParallelFor(args.batch * args.length, grain_rows, [&](int64_t begin, int64_t end) {
    for (int64_t bs = begin; bs < end; ++bs) {
      const T* x = static_cast<const T*>(args.x) + bs * row;
      T* out = static_cast<T*>(args.out) + bs * row;
      const float* turn = args.turn + bs % args.length * d;
      for (int64_t at = 0; at < row; at += d) {
        RotateHead(x + at, turn, sign, out + at, args.pairs);
      }
    }
  });
}

}  // namespace

void Rope(const RopeArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, RopeAs<T>(args)); }

}  // namespace mneme::cpu
