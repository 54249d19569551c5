#include "autograd/ops/cached_attention/cached_attention.h"

#include <cmath>

#include "autograd/ops/attention/attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_kernels.h"
#include "autograd/ops/rope/rope.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

void CheckInputs(const Tensor& q, const Tensor& k, const Tensor& v, const Tensor& k_cache,
                 const Tensor& v_cache) {
  CHECK(q.rank() == 3 && k.rank() == 3 && k.shape() == v.shape() && q.dim(0) == k.dim(0) &&
        q.dim(2) == k.dim(2) && k.dim(1) > 0 && q.dim(1) % k.dim(1) == 0)
      << "cached attention of q " << ShapeString(q.shape()) << ", k " << ShapeString(k.shape())
      << " and v " << ShapeString(v.shape());
  CHECK(k_cache.rank() == 3 && k_cache.shape() == v_cache.shape() && k_cache.dim(1) == k.dim(1) &&
        k_cache.dim(2) == k.dim(2))
      << "cached attention of k " << ShapeString(k.shape()) << " with caches "
      << ShapeString(k_cache.shape()) << " and " << ShapeString(v_cache.shape());
  CHECK(q.dim(2) >= 2 && q.dim(2) <= kMaxHeadDim && q.dim(2) % 2 == 0)
      << "cached attention: head dim " << q.dim(2) << " is not even and in [2, " << kMaxHeadDim
      << "]";
  for (const Tensor* x : {&q, &k, &v, &k_cache, &v_cache}) {
    CHECK(IsFloat(x->dtype()) && x->dtype() == q.dtype() && x->device() == q.device())
        << "cached attention of " << DTypeName(q.dtype()) << " on " << q.device().name() << " and "
        << DTypeName(x->dtype()) << " on " << x->device().name();
  }
}

void CheckTokens(const CachedTokens& tokens, int64_t count, Device device) {
  CHECK(tokens.positions.shape() == Shape({count}) && tokens.slot_begins.shape() == Shape({count}))
      << "cached attention of " << count << " tokens with positions "
      << ShapeString(tokens.positions.shape()) << " and slot begins "
      << ShapeString(tokens.slot_begins.shape());
  CHECK(tokens.tile_begins.rank() == 1 && tokens.tile_begins.numel() >= 1)
      << "cached attention with tile begins " << ShapeString(tokens.tile_begins.shape());
  for (const Tensor* x :
       {&tokens.positions, &tokens.slot_begins, &tokens.slots, &tokens.tile_begins}) {
    CHECK(x->device() == device) << "cached attention: an index is on " << x->device().name();
  }
}

}  // namespace

Tensor CachedAttention(const Tensor& q, const Tensor& k, const Tensor& v, float rope_theta,
                       const Tensor& k_cache, const Tensor& v_cache, const CachedTokens& tokens) {
  CheckInputs(q, k, v, k_cache, v_cache);
  CheckTokens(tokens, q.dim(0), q.device());
  Tensor out = Tensor::EmptyLike(q);
  if (q.numel() == 0) return out;
  const Tensor turns = RopeTurns(rope_theta, q.dim(2), tokens.end_position, q.device());
  const float scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(q.dim(2))));
  MNEME_DISPATCH(q.device(), CachedAttention,
                 CachedAttentionArgs{.dtype = q.dtype(),
                                     .tokens = q.dim(0),
                                     .heads = q.dim(1),
                                     .kv_heads = k.dim(1),
                                     .head_dim = q.dim(2),
                                     .end_position = tokens.end_position,
                                     .scale = scale,
                                     .turns = turns.data<float>(),
                                     .positions = tokens.positions.data<int32_t>(),
                                     .slot_begins = tokens.slot_begins.data<int32_t>(),
                                     .slots = tokens.slots.data<int32_t>(),
                                     .tiles = tokens.tile_begins.numel() - 1,
                                     .tile_begins = tokens.tile_begins.data<int32_t>(),
                                     .q = q.raw(),
                                     .k = k.raw(),
                                     .v = v.raw(),
                                     .k_cache = k_cache.raw(),
                                     .v_cache = v_cache.raw(),
                                     .out = out.raw()});
  return out;
}

}  // namespace mneme
