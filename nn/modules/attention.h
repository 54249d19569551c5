// Causal self-attention with grouped key-value heads and rotary positions.

#ifndef MNEME_NN_MODULES_ATTENTION_H_
#define MNEME_NN_MODULES_ATTENTION_H_

#include "nn/core/module.h"
#include "nn/core/parameter.h"
#include "nn/model_config.h"
#include "nn/modules/kv_cache.h"
#include "nn/modules/linear.h"

namespace mneme::nn {

// x [B, S, D] -> [B, S, D]. H query heads, each group of H/KV of them sharing a key-value head; d
// the head's width. Parameters: wq [H d, D], wk and wv [KV d, D], wo [D, H d].
// Sources: "Attention Is All You Need" (arXiv 1706.03762), RoFormer (arXiv 2104.09864), "GQA"
// (arXiv 2305.13245).
class Attention : public Module {
 public:
  // `out_init` is wo's: it writes to the residual stream.
  Attention(const Scope& scope, const ModelConfig& config, const Init& init, const Init& out_init);

  Variable Forward(const Variable& x) override;

  // rows.x [T, D] + the same of the normalised rows, for new tokens of cached sequences, whose keys
  // and values go into the cache. Records nothing.
  Tensor Extend(const NormedRows& rows, const KvCache::Layer& cache, const CachedTokens& tokens);

 private:
  int64_t n_heads_;
  int64_t n_kv_heads_;
  int64_t head_dim_;
  float rope_theta_;
  Linear wq_, wk_, wv_, wo_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_ATTENTION_H_
