#include <algorithm>
#include <cmath>
#include <vector>

#include "memory_layer/gather/gather_kernels.h"
#include "memory_layer/gather/row_math.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunkElements = 1 << 15;  // read
constexpr int64_t kLongSegment = 1024;       // picks of one row that are worth several threads
constexpr int64_t kStripColumns = 64;        // of a long segment's sum

int64_t Grain(int64_t elements) {
  return std::max<int64_t>(1, kChunkElements / std::max<int64_t>(1, elements));
}

// Columns [begin, end) of the sum of unique row u.
void SumSegment(const SumByRowArgs& args, int64_t u, int64_t begin, int64_t end) {
  const float* x = static_cast<const float*>(args.x) + begin;
  const int64_t* places = args.order + args.offsets[u];
  WeightedSumOfRows(
      args.offsets[u + 1] - args.offsets[u],
      [&](int64_t i) { return x + places[i] / args.picks * args.dim; },
      [&](int64_t i) { return args.weights[places[i]]; }, end - begin,
      args.out + u * args.dim + begin);
}

}  // namespace

void WeightedSum(const WeightedSumArgs& args) {
  const float* rows = static_cast<const float*>(args.rows);
  const float* gate = static_cast<const float*>(args.gate);
  float* out = static_cast<float*>(args.out);
  ParallelFor(args.tokens, Grain(args.picks * args.dim), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t* index = args.index + t * args.picks;
      const float* weights = args.weights + t * args.picks;
      WeightedSumOfRows(
          args.picks, [&](int64_t p) { return rows + index[p] * args.dim; },
          [&](int64_t p) { return weights[p]; }, args.dim, out + t * args.dim);
      if (gate == nullptr) continue;
      for (int64_t i = t * args.dim; i < (t + 1) * args.dim; ++i) {
        out[i] *= gate[i] / (1.0f + std::exp(-gate[i]));
      }
    }
  });
}

void PickDot(const PickDotArgs& args) {
  const float* rows = static_cast<const float*>(args.rows);
  const float* x = static_cast<const float*>(args.x);
  ParallelFor(args.tokens, Grain(args.picks * args.dim), [&](int64_t begin, int64_t end) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t* index = args.index + t * args.picks;
      DotsOfRows(
          args.picks, [&](int64_t p) { return rows + index[p] * args.dim; }, x + t * args.dim,
          args.dim, args.out + t * args.picks);
    }
  });
}

void SumByRow(const SumByRowArgs& args) {
  const int64_t unique_count = *args.unique_count;
  const auto is_long = [&](int64_t u) {
    return args.offsets[u + 1] - args.offsets[u] >= kLongSegment;
  };
  ParallelFor(unique_count, Grain(args.dim), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      if (!is_long(u)) SumSegment(args, u, 0, args.dim);
    }
  });
  // A row that much of the batch picked is summed by all threads, each its columns.
  for (int64_t u = 0; u < unique_count; ++u) {
    if (!is_long(u)) continue;
    ParallelFor(args.dim, kStripColumns,
                [&](int64_t begin, int64_t end) { SumSegment(args, u, begin, end); });
  }
}

}  // namespace mneme::cpu
