#include <algorithm>

#include "memory_layer/row_gradients/row_gradients_kernels.h"
#include "runtime/kernels/reduce/reduce_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunkElements = 1 << 14;

const float* FindRow(const SumRowsArgs& args, int64_t row) {
  const RowPart* part = args.parts.parts + args.parts.count - 1;
  while (part->begin > row) --part;
  return part->gradients + (row - part->begin) * args.dim;
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

void ConcatenateRows(const ConcatenateRowsArgs& args) {
  for (int64_t p = 0; p < args.parts.count; ++p) {
    const RowPart& part = args.parts.parts[p];
    std::copy_n(part.rows, *part.count, args.all + part.begin);
    std::fill_n(args.all + part.begin + *part.count, part.max_rows - *part.count, args.padding);
  }
}

void DropPadding(const DropPaddingArgs& args) {
  int64_t& count = *args.unique_count;
  if (count > 0 && args.unique_rows[count - 1] == args.padding) --count;
}

void SumRows(const SumRowsArgs& args) {
  const int64_t grain = std::max<int64_t>(1, kChunkElements / std::max<int64_t>(1, args.dim));
  ParallelFor(*args.unique_count, grain, [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) SumInto(args, u);
  });
}

void AddSquaredRowNorm(const RowNormArgs& args) {
  const NormTensor rows = {.count = *args.count * args.dim, .x = args.gradients};
  float square;
  SquaredNorms({.n_tensors = 1, .tensors = &rows, .out = &square});
  *args.total += square;
}

}  // namespace mneme::cpu
