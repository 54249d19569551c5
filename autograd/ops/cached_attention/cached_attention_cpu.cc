#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "autograd/ops/attention/attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_kernels.h"
#include "autograd/ops/rope/rope_pair.h"
#include "runtime/core/float16.h"
#include "runtime/parallel/function_ref.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kGrainBytes = 1 << 16;

const char* At(const void* base, int64_t bytes) { return static_cast<const char*>(base) + bytes; }
char* At(void* base, int64_t bytes) { return static_cast<char*>(base) + bytes; }

int64_t Grain(int64_t row_bytes) { return std::max<int64_t>(1, kGrainBytes / row_bytes); }

// The new tokens [begin, end) of one sequence.
struct Run {
  int64_t begin, end;
  int64_t keys;          // of the sequence up to its last new token
  const int32_t* slots;  // [keys]
};

Run RunFrom(const CachedAttentionArgs& args, int64_t begin) {
  int64_t end = begin + 1;
  while (end < args.tokens && args.slot_begins[end] == args.slot_begins[begin]) ++end;
  return {begin, end, args.positions[end - 1] + 1, args.slots + args.slot_begins[begin]};
}

// The cache's rows of a sequence one behind the other: where they lie if they do so already, else
// in a copy.
class SequenceRows {
 public:
  SequenceRows(const void* cache, const Run& run, int64_t row_bytes) {
    bool in_order = true;
    for (int64_t j = 1; j < run.keys; ++j) in_order &= run.slots[j] == run.slots[0] + j;
    if (in_order) {
      data_ = At(cache, run.slots[0] * row_bytes);
      return;
    }
    copy_ = std::make_unique_for_overwrite<char[]>(run.keys * row_bytes);
    ParallelFor(run.keys, Grain(row_bytes), [&](int64_t begin, int64_t end) {
      for (int64_t j = begin; j < end; ++j) {
        std::memcpy(At(copy_.get(), j * row_bytes), At(cache, run.slots[j] * row_bytes), row_bytes);
      }
    });
    data_ = copy_.get();
  }

  const void* data() const { return data_; }

 private:
  std::unique_ptr<char[]> copy_;
  const void* data_;
};

// The run's heads of x [T, heads, d], each rotated to its token's position, to to(t) + head d.
template <typename T, typename To>
void Rotate(const CachedAttentionArgs& args, const Run& run, const void* x, int64_t heads, To to) {
  const int64_t d = args.head_dim;
  for (int64_t t = run.begin; t < run.end; ++t) {
    const T* from = static_cast<const T*>(x) + t * heads * d;
    for (int64_t h = 0; h < heads; ++h) {
      RotateHead(from + h * d, args.turns + args.positions[t] * d, 1.0f, to(t) + h * d, d / 2);
    }
  }
}

// Keys and values into the cache, and rotated queries to q [T, H, d].
template <typename T>
void RotateAndAppend(const CachedAttentionArgs& args, const Run& run, T* q) {
  const int64_t row = args.kv_heads * args.head_dim;
  const auto slot = [&](int64_t t) { return run.slots[args.positions[t]]; };
  Rotate<T>(args, run, args.q, args.heads,
            [&](int64_t t) { return q + t * args.heads * args.head_dim; });
  Rotate<T>(args, run, args.k, args.kv_heads,
            [&](int64_t t) { return static_cast<T*>(args.k_cache) + slot(t) * row; });
  for (int64_t t = run.begin; t < run.end; ++t) {
    std::copy_n(static_cast<const T*>(args.v) + t * row, row,
                static_cast<T*>(args.v_cache) + slot(t) * row);
  }
}

void Attend(const CachedAttentionArgs& args, const Run& run, int64_t row_bytes) {
  const SequenceRows k(args.k_cache, run, row_bytes), v(args.v_cache, run, row_bytes);
  const int64_t queries = run.end - run.begin;
  const int64_t q_at = run.begin * args.heads * args.head_dim * DTypeBytes(args.dtype);
  std::vector<float> logsumexp(args.heads * queries);
  AttentionForward({.dtype = args.dtype,
                    .shape = {.batch = 1,
                              .queries = queries,
                              .keys = run.keys,
                              .heads = args.heads,
                              .kv_heads = args.kv_heads,
                              .head_dim = args.head_dim},
                    .scale = args.scale,
                    .q = At(args.q, q_at),
                    .k = k.data(),
                    .v = v.data(),
                    .out = At(args.out, q_at),
                    .logsumexp = logsumexp.data()});
}

template <typename T>
void CachedAttentionAs(CachedAttentionArgs args) {
  std::vector<Run> runs;
  for (int64_t t = 0; t < args.tokens; t = runs.back().end) runs.push_back(RunFrom(args, t));
  const auto q = std::make_unique_for_overwrite<T[]>(args.tokens * args.heads * args.head_dim);
  const int64_t row_bytes = args.kv_heads * args.head_dim * DTypeBytes(args.dtype);
  const auto for_runs = [&](FunctionRef<void(const Run&)> body) {
    ParallelFor(static_cast<int64_t>(runs.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(runs[i]);
    });
  };
  // A run may see rows that another appends: all are there before the first looks.
  for_runs([&](const Run& run) { RotateAndAppend(args, run, q.get()); });
  args.q = q.get();
  // One sequence alone is shared out to the threads by its keys and heads.
  for_runs([&](const Run& run) { Attend(args, run, row_bytes); });
}

}  // namespace

void CachedAttention(const CachedAttentionArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, CachedAttentionAs<T>(args));
}

}  // namespace mneme::cpu
