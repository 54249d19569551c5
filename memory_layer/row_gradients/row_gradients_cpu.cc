#include <algorithm>

#include "memory_layer/row_gradients/row_gradients_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunkElements = 1 << 14;

const float* FindRow(const SumRowsArgs& args, int64_t row) {
  int64_t part = args.n_parts - 1;
  while (args.part_begins[part] > row) --part;
  return args.parts[part] + (row - args.part_begins[part]) * args.dim;
}

void SumInto(const SumRowsArgs& args, int64_t u) {
  float* __restrict out = args.out + u * args.dim;
  const int64_t begin = args.offsets[u], end = args.offsets[u + 1];
  std::copy_n(FindRow(args, args.order[begin]), args.dim, out);
  for (int64_t i = begin + 1; i < end; ++i) {
    const float* row = FindRow(args, args.order[i]);
    for (int64_t c = 0; c < args.dim; ++c) out[c] += row[c];
  }
}

}  // namespace

void SumRows(const SumRowsArgs& args) {
  const int64_t grain = std::max<int64_t>(1, kChunkElements / std::max<int64_t>(1, args.dim));
  ParallelFor(*args.unique_count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) SumInto(args, u);
  });
}

}  // namespace mneme::cpu
