#include "autograd/ops/scale/scale_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 15;  // elements

template <typename T>
void ScaleAs(const ScaleArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  T* out = static_cast<T*>(args.out);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      out[i] = static_cast<T>(args.alpha * static_cast<float>(x[i]));
    }
  });
}

}  // namespace

void Scale(const ScaleArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, ScaleAs<T>(args)); }

}  // namespace mneme::cpu
