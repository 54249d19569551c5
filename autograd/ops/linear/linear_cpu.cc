#include <algorithm>
#include <cstring>

#include "autograd/ops/linear/linear_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainBytes = 1 << 18;

}  // namespace

void RepeatRow(const RepeatRowArgs& args) {
  const int64_t row_bytes = args.columns * DTypeBytes(args.dtype);
  const int64_t grain_rows = std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, row_bytes));
  ParallelFor(args.rows, grain_rows, [&](int64_t begin, int64_t end) {
    for (int64_t r = begin; r < end; ++r) {
      std::memcpy(static_cast<char*>(args.out) + r * row_bytes, args.row, row_bytes);
    }
  });
}

}  // namespace mneme::cpu
