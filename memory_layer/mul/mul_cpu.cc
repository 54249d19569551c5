#include "memory_layer/mul/mul_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 15;  // elements

template <typename T>
void MulAs(const MulArgs& args) {
  const T* a = static_cast<const T*>(args.a);
  const T* b = static_cast<const T*>(args.b);
  T* out = static_cast<T*>(args.out);
  ParallelFor(args.count, kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      out[i] = static_cast<T>(static_cast<float>(a[i]) * static_cast<float>(b[i]));
    }
  });
}

}  // namespace

void Mul(const MulArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, MulAs<T>(args)); }

}  // namespace mneme::cpu
