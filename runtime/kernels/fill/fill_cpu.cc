#include <algorithm>

#include "runtime/kernels/fill/fill_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrain = 1 << 16;  // elements

template <typename T>
void FillAs(const FillArgs& args) {
  T* x = static_cast<T*>(args.x);
  const T value = static_cast<T>(args.bits);
  ParallelFor(args.count, kGrain,
              [&](int64_t begin, int64_t end) { std::fill(x + begin, x + end, value); });
}

}  // namespace

void Fill(const FillArgs& args) {
  switch (args.element_bytes) {
    case 2:
      return FillAs<uint16_t>(args);
    case 4:
      return FillAs<uint32_t>(args);
    default:
      return FillAs<uint64_t>(args);
  }
}

}  // namespace mneme::cpu
