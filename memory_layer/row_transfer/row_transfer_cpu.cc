// What the GPU does, in ordinary memory: a store that works this way can be tested anywhere.

#include <algorithm>
#include <cstring>

#include "memory_layer/row_transfer/row_transfer_kernels.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kChunkBytes = 1 << 18;

int64_t Grain(int64_t row_bytes) {
  return std::max<int64_t>(1, kChunkBytes / std::max<int64_t>(1, row_bytes));
}

const char* FindSource(const ReadRowsArgs& args, int64_t row) {
  for (int64_t s = 0; s < args.n_earlier; ++s) {
    const RowCopiesArgs& set = args.earlier[s];
    const int64_t* end = set.rows + *set.count;
    const int64_t* found = std::lower_bound(set.rows, end, row);
    if (found != end && *found == row) return set.values + (found - set.rows) * args.row_bytes;
  }
  return args.table + row * args.row_bytes;
}

template <typename T>
void RoundRowsAs(const RoundRowsArgs& args) {
  T* to = static_cast<T*>(args.to);
  ParallelFor(*args.count, Grain(args.dim * 4), [&](int64_t begin, int64_t end) {
    for (int64_t i = begin * args.dim; i < end * args.dim; ++i) {
      to[i] = static_cast<T>(args.from[i]);
    }
  });
}

}  // namespace

void ReadRows(const ReadRowsArgs& args) {
  ParallelFor(*args.copies.count, Grain(args.row_bytes), [&](int64_t begin, int64_t end) {
    for (int64_t u = begin; u < end; ++u) {
      std::memcpy(args.copies.values + u * args.row_bytes, FindSource(args, args.copies.rows[u]),
                  args.row_bytes);
    }
  });
}

void RoundRows(const RoundRowsArgs& args) {
  MNEME_FLOAT_SWITCH(args.to_dtype, T, RoundRowsAs<T>(args));
}

void StartCopy(void* to, const void* from, int64_t bytes, void*) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

}  // namespace mneme::cpu
