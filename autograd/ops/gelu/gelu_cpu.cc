#include "autograd/ops/gelu/gelu_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/vector_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 14;                         // elements
constexpr float kSqrtHalf = 0.70710678118654752f;           // 1 / sqrt(2)
constexpr float kInverseSqrtTwoPi = 0.398942280401432678f;  // 1 / sqrt(2 pi)

float Phi(float x) { return 0.5f + 0.5f * ErfF(x * kSqrtHalf); }

template <typename T>
void ForwardAs(const GeluForwardArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  T* out = static_cast<T*>(args.out);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float v = static_cast<float>(x[i]);
      out[i] = static_cast<T>(v * Phi(v));
    }
  });
}

template <typename T>
void BackwardAs(const GeluBackwardArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  const T* dout = static_cast<const T*>(args.dout);
  T* dx = static_cast<T*>(args.dx);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float v = static_cast<float>(x[i]);
      const float density = kInverseSqrtTwoPi * ExpF(-0.5f * v * v);
      dx[i] = static_cast<T>(static_cast<float>(dout[i]) * (Phi(v) + v * density));
    }
  });
}

}  // namespace

void GeluForward(const GeluForwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void GeluBackward(const GeluBackwardArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cpu
