#include <algorithm>
#include <vector>

#include "runtime/core/float16.h"
#include "runtime/kernels/reduce/reduce_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kNormGrain = 1 << 15;  // elements
constexpr int64_t kColumnGrain = 64;     // columns of a thread's strip
constexpr int64_t kPairwiseRows = 64;    // rows summed plainly before their sum is added

// Rows are summed in blocks, and the blocks' sums added: the rounding error grows with
// kPairwiseRows + rows / kPairwiseRows rather than with rows.
template <typename T>
void SumStrip(const ColumnSumArgs& args, int64_t begin, int64_t end) {
  const T* x = static_cast<const T*>(args.x);
  float total[kColumnGrain] = {};
  for (int64_t block = 0; block < args.rows; block += kPairwiseRows) {
    float sum[kColumnGrain] = {};
    const int64_t block_end = std::min(block + kPairwiseRows, args.rows);
    for (int64_t r = block; r < block_end; ++r) {
      const T* row = x + r * args.columns;
      for (int64_t c = begin; c < end; ++c) sum[c - begin] += static_cast<float>(row[c]);
    }
    for (int64_t c = 0; c < end - begin; ++c) total[c] += sum[c];
  }
  std::copy(total, total + (end - begin), args.out + begin);
}

// Eight running sums, so that the compiler can keep them in one vector register.
double SquaredSum(const float* x, int64_t count) {
  constexpr int64_t kLanes = 8;
  float lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t lane = 0; lane < kLanes; ++lane) {
      const float v = x[i + lane];
      lanes[lane] += v * v;
    }
  }
  double sum = 0.0;
  for (float lane : lanes) sum += lane;
  for (; i < count; ++i) {
    const double v = x[i];
    sum += v * v;
  }
  return sum;
}

}  // namespace

void ColumnSum(const ColumnSumArgs& args) {
  ParallelFor(args.columns, kColumnGrain, [&](int64_t begin, int64_t end) {
    MNEME_FLOAT_SWITCH(args.dtype, T, SumStrip<T>(args, begin, end));
  });
}

void SquaredNorms(const SquaredNormsArgs& args) {
  for (int64_t t = 0; t < args.n_tensors; ++t) {
    const NormTensor& tensor = args.tensors[t];
    args.out[t] =
        static_cast<float>(OrderedSum(tensor.count, kNormGrain, [&](int64_t begin, int64_t end) {
          return SquaredSum(tensor.x + begin, end - begin);
        }));
  }
}

}  // namespace mneme::cpu
