#include "autograd/ops/silu_mul/silu_mul_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/vector_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 14;  // elements

template <typename T>
void ForwardAs(const SiluMulForwardArgs& args) {
  const T* a = static_cast<const T*>(args.a);
  const T* b = static_cast<const T*>(args.b);
  T* out = static_cast<T*>(args.out);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      out[i] = static_cast<T>(SiluF(static_cast<float>(a[i])) * static_cast<float>(b[i]));
    }
  });
}

template <typename T>
void BackwardAs(const SiluMulBackwardArgs& args) {
  const T* a = static_cast<const T*>(args.a);
  const T* b = static_cast<const T*>(args.b);
  const T* dout = static_cast<const T*>(args.dout);
  T* da = static_cast<T*>(args.da);
  T* db = static_cast<T*>(args.db);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float x = static_cast<float>(a[i]), d = static_cast<float>(dout[i]);
      const float s = SigmoidF(x);
      da[i] = static_cast<T>(d * static_cast<float>(b[i]) * s * (1.0f + x * (1.0f - s)));
      db[i] = static_cast<T>(d * x * s);
    }
  });
}

}  // namespace

void SiluMulForward(const SiluMulForwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void SiluMulBackward(const SiluMulBackwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cpu
