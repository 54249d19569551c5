#ifndef MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct CachedAttentionArgs {
  DType dtype;
  int64_t tokens;              // T
  int64_t heads;               // H
  int64_t kv_heads;            // KV
  int64_t head_dim;            // d
  int64_t end_position;        // above every position
  float scale;                 // of the scores
  const float* turns;          // [end_position, d / 2, 2]: cos t, sin t of Rope
  const int32_t* positions;    // [T]
  const int32_t* slot_begins;  // [T]
  const int32_t* slots;        // [any], rows of the cache
  int64_t tiles;
  const int32_t* tile_begins;  // [tiles + 1], of 64 tokens or fewer of one sequence
  const void* q;               // [T, H, d], not rotated yet
  const void* k;               // [T, KV, d], the same
  const void* v;               // [T, KV, d]
  void* k_cache;               // [rows, KV, d]
  void* v_cache;               // [rows, KV, d]
  void* out;                   // [T, H, d]
};

// T is not 0.
namespace cpu {
void CachedAttention(const CachedAttentionArgs& args);
}  // namespace cpu
namespace cuda {
void CachedAttention(const CachedAttentionArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_KERNELS_H_
