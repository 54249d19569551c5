#include "nn/modules/attention.h"

#include "autograd/ops/attention/attention.h"
#include "autograd/ops/cached_attention/cached_attention.h"
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

Tensor Attention::Extend(const Tensor& input, const KvCache::Layer& cache,
                         const CachedTokens& tokens) {
  const Variable x(input);
  const int64_t t = input.dim(0);
  const Tensor positions = tokens.positions.Reshape({1, t});
  const auto rotated = [&](const Variable& y) {  // [1, T, heads, d]
    return Rope(y, rope_theta_, positions, tokens.end_position).value();
  };
  const Tensor q = rotated(Reshape(wq_.Forward(x), {1, t, n_heads_, head_dim_}));
  const Tensor k = rotated(Reshape(wk_.Forward(x), {1, t, n_kv_heads_, head_dim_}));
  const Tensor v = wv_.Forward(x).value().Reshape({t, n_kv_heads_, head_dim_});
  const Tensor out =
      CachedAttention(q.Reshape({t, n_heads_, head_dim_}), k.Reshape({t, n_kv_heads_, head_dim_}),
                      v, cache.k, cache.v, tokens);
  return wo_.Forward(Variable(out.Reshape({t, n_heads_ * head_dim_}))).value();
}

}  // namespace mneme::nn
