// Attention of new tokens to what their sequences hold in a cache: for inference, so no gradient.

#ifndef MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_H_
#define MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_H_

#include <cstdint>

#include "runtime/core/tensor.h"

namespace mneme {

// T new tokens: those of one sequence, which may be any number, by rising position, then those of
// the next. A sequence's token at position j lies in row slots[its slot_begin + j] of the cache:
// rows need be in no order, and sequences with a common beginning share its rows.
struct CachedTokens {
  // Tokens of one sequence that a block of the GPU may work on together, at most.
  static constexpr int64_t kTileTokens = 64;

  Tensor positions;    // i32 [T], in the token's sequence
  Tensor slot_begins;  // i32 [T], of the token's sequence; a different one for each sequence
  Tensor slots;        // i32 [any], rows of the cache
  // i32 [tiles + 1], from 0 to T: tile i has tokens tile_begins[i] and on. A sequence has as few
  // tiles as can be: as many tiles as tokens are as many sequences.
  Tensor tile_begins;
  int64_t end_position;  // above every position
};

// First q and k are rotated to their positions, as Rope does it with rope_theta. The new tokens'
// keys and values go into the cache, at
//
//   row(t, j) = slots[slot_begins[t] + j]    with j = positions[t]
//
// then token t sees all of its sequence up to itself, j <= positions[t], as Attention defines it:
//
//   out[t, h] = sum over j of softmax over j (q[t, h] . k_cache[row(t, j), g] / sqrt(d))
//               v_cache[row(t, j), g]
//
// with g = h / (H / KV). q: [T, H, d]; k, v: [T, KV, d]; k_cache, v_cache: [rows, KV, d]; one dtype
// of f32, bf16, f16, summed in f32; d even and at most 128. out: as q. A token's work grows with
// its position and with nothing else: no other row of the cache is read.
//
// On the GPU tiles of several tokens run on the tensor cores as Attention does. Single tokens,
// where they are few, are split over their keys (Dao et al., "Flash-Decoding for long-context
// inference", 2023), and the parts are put together in a fixed order: the same bits every time.
Tensor CachedAttention(const Tensor& q, const Tensor& k, const Tensor& v, float rope_theta,
                       const Tensor& k_cache, const Tensor& v_cache, const CachedTokens& tokens);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_H_
