#include <algorithm>

#include "runtime/core/float16.h"
#include "runtime/kernels/argmax/argmax_kernels.h"
#include "runtime/kernels/math/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainElements = 1 << 14;

template <typename T>
void ArgMaxAs(const ArgMaxArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  ParallelFor(args.rows, std::max<int64_t>(1, kGrainElements / args.columns),
              [&](int64_t begin, int64_t end) {
                for (int64_t r = begin; r < end; ++r) {
                  const T* row = x + r * args.columns;
                  const float max = RowMax(row, args.columns);
                  int64_t c = 0;
                  while (c < args.columns && static_cast<float>(row[c]) != max) ++c;
                  args.out[r] = c < args.columns ? static_cast<int32_t>(c) : 0;
                }
              });
}

}  // namespace

void ArgMax(const ArgMaxArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, ArgMaxAs<T>(args)); }

}  // namespace mneme::cpu
