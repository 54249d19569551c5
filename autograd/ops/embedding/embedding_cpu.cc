#include <algorithm>
#include <cstring>

#include "autograd/ops/embedding/embedding_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainBytes = 1 << 17;
constexpr int64_t kStripColumns = 32;  // two cache lines of a gradient row

// Columns [begin, end) of dtable, for all ids in their order. A strip belongs to one thread, so
// ids that repeat need neither sorting nor atomics, and no id can make one thread's share larger.
template <typename T>
void SumStrip(const EmbeddingBackwardArgs& args, int64_t begin, int64_t end) {
  const T* dout = static_cast<const T*>(args.dout);
  for (int64_t i = 0; i < args.count; ++i) {
    const T* from = dout + i * args.dim;
    float* to = args.dtable + args.ids[i] * args.dim;
    for (int64_t c = begin; c < end; ++c) to[c] += static_cast<float>(from[c]);
  }
}

}  // namespace

void EmbeddingForward(const EmbeddingForwardArgs& args) {
  const int64_t row_bytes = args.dim * DTypeBytes(args.dtype);
  const int64_t grain_rows = std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, row_bytes));
  ParallelFor(args.count, grain_rows, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      std::memcpy(static_cast<char*>(args.out) + i * row_bytes,
                  static_cast<const char*>(args.table) + args.ids[i] * row_bytes, row_bytes);
    }
  });
}

void EmbeddingBackward(const EmbeddingBackwardArgs& args) {
  ParallelFor(args.dim, kStripColumns, [&](int64_t begin, int64_t end) {
    MNEME_FLOAT_SWITCH(args.dtype, T, SumStrip<T>(args, begin, end));
  });
}

}  // namespace mneme::cpu
