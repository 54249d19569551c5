#include "nn/modules/attention.h"

#include <vector>

#include "autograd/ops/attention/attention.h"
#include "autograd/ops/cached_attention/cached_attention.h"
#include "autograd/ops/few_rows/few_rows.h"
#include "autograd/ops/reshape/reshape.h"
#include "autograd/ops/rope/rope.h"

namespace mneme::nn {

Attention::Attention(const Scope& scope, const ModelConfig& config, const Init& init,
                     const Init& out_init)
    : n_heads_(config.n_heads),
      n_kv_heads_(NumKvHeads(config)),
      head_dim_(HeadDim(config)),
      rope_theta_(static_cast<float>(config.rope_theta)),
      wq_(scope / "wq", config.dim, n_heads_ * head_dim_, init),
      wk_(scope / "wk", config.dim, n_kv_heads_ * head_dim_, init),
      wv_(scope / "wv", config.dim, n_kv_heads_ * head_dim_, init),
      wo_(scope / "wo", n_heads_ * head_dim_, config.dim, out_init) {}

Variable Attention::Forward(const Variable& x) {
  const int64_t b = x.value().dim(0), s = x.value().dim(1);
  const Variable q = Reshape(wq_.Forward(x), {b, s, n_heads_, head_dim_});
  const Variable k = Reshape(wk_.Forward(x), {b, s, n_kv_heads_, head_dim_});
  const Variable v = Reshape(wv_.Forward(x), {b, s, n_kv_heads_, head_dim_});
  const Variable out = mneme::Attention(Rope(q, rope_theta_), Rope(k, rope_theta_), v);
  return wo_.Forward(Reshape(out, {b, s, n_heads_ * head_dim_}));
}

Tensor Attention::Extend(const NormedRows& rows, const KvCache::Layer& cache,
                         const CachedTokens& tokens) {
  const int64_t t = rows.x.dim(0);
  const std::vector<Tensor> qkv = NormedLinear(rows, {wq_.weights(), wk_.weights(), wv_.weights()});
  const Tensor out = CachedAttention(
      qkv[0].Reshape({t, n_heads_, head_dim_}), qkv[1].Reshape({t, n_kv_heads_, head_dim_}),
      qkv[2].Reshape({t, n_kv_heads_, head_dim_}), rope_theta_, cache.k, cache.v, tokens);
  return AddLinear(rows.x, out.Reshape({t, n_heads_ * head_dim_}), wo_.weights());
}

}  // namespace mneme::nn
