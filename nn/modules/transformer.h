// The decoder-only transformer. Each block's feed-forward is handed to it, so that this room knows
// nothing of memory layers.

#ifndef MNEME_NN_MODULES_TRANSFORMER_H_
#define MNEME_NN_MODULES_TRANSFORMER_H_

#include <functional>
#include <memory>
#include <vector>

#include "nn/core/module.h"
#include "nn/core/parameter.h"
#include "nn/model_config.h"
#include "nn/modules/attention.h"
#include "nn/modules/embedding.h"
#include "nn/modules/kv_cache.h"
#include "nn/modules/linear.h"
#include "nn/modules/rms_norm.h"

namespace mneme::nn {

// How block `layer`'s weights start. Truncated normal with std init_base_std, or fan_in^-1/2 if
// that is unset; projections that write to the residual stream divide it by init_std_factor.
Init WeightInit(const ModelConfig& config, int64_t fan_in);
Init ResidualInit(const ModelConfig& config, int64_t fan_in, int64_t layer);

// h = x + attention(norm(x)); out = h + feed_forward(norm(h)). x [B, S, D].
class TransformerBlock : public Module {
 public:
  TransformerBlock(const Scope& scope, const ModelConfig& config, int64_t layer,
                   std::unique_ptr<Module> feed_forward);

  Variable Forward(const Variable& x) override;

  // The same for new tokens of cached sequences, x [T, D] -> [T, D]. Records nothing.
  Tensor Extend(const Tensor& x, const KvCache::Layer& cache, const CachedTokens& tokens);

 private:
  Attention attention_;
  std::unique_ptr<Module> feed_forward_;
  RmsNorm attention_norm_;
  RmsNorm ffn_norm_;
};

// Makes the feed-forward of block `layer` in `scope`, "layers.<layer>.feed_forward".
using FeedForwardFactory =
    std::function<std::unique_ptr<Module>(const Scope& scope, int64_t layer)>;

// The factory of models without a memory layer.
std::unique_ptr<Module> MakeFeedForward(const Scope& scope, const ModelConfig& config,
                                        int64_t layer);

// tokens -> embedding -> blocks -> norm -> logits. Parameters: tok_embeddings.weight [V, D],
// layers.*, norm.weight [D], and output.weight [V, D] unless it is tied to the embedding.
class TransformerLM {
 public:
  // config.vocab_size must be set.
  TransformerLM(ParameterStore* parameters, const ModelConfig& config,
                const FeedForwardFactory& make_feed_forward);

  // tokens i32 [B, S] -> logits [B, S, V]
  Variable Forward(const Tensor& tokens);

  // Logits behind new tokens of sequences whose earlier ones `cache` holds, for the tokens that
  // batch.outputs names: [n, V]. Records nothing.
  Tensor Extend(const KvCache& cache, const KvCache::Batch& batch);

 private:
  Embedding tok_embeddings_;
  std::vector<std::unique_ptr<TransformerBlock>> layers_;
  RmsNorm norm_;
  Linear output_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_TRANSFORMER_H_
