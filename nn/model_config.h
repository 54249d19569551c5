// The shape of the transformer: plain data. Its keys, ranges and meanings are described once, in
// apps/config/model_schema.cc.

#ifndef MNEME_NN_MODEL_CONFIG_H_
#define MNEME_NN_MODEL_CONFIG_H_

#include <cstdint>
#include <optional>

namespace mneme {

// What divides the initial standard deviation of the projections that write to the residual
// stream (attention's wo, the feed-forward's w2) in block i of n_layers.
enum class InitStdFactor {
  kDisabled,      // 1
  kGlobalDepth,   // sqrt(2 (n_layers + 1))
  kCurrentDepth,  // sqrt(2 (i + 1))
  kDimRatio,      // dim / 4096
};

struct ModelConfig {
  int64_t dim = 512;
  int64_t n_layers = 8;
  int64_t n_heads = 8;
  std::optional<int64_t> n_kv_heads;         // unset: n_heads
  std::optional<int64_t> head_dim;           // unset: dim / n_heads
  std::optional<double> ffn_dim_multiplier;  // scales the feed-forward's hidden size
  int64_t multiple_of = 256;                 // which is rounded up to a multiple of this
  double norm_eps = 1e-5;
  double rope_theta = 10000.0;
  int64_t vocab_size = -1;  // -1: the tokenizer's
  int64_t max_seqlen = 1024;
  bool weight_tying = false;            // output.weight is tok_embeddings.weight
  std::optional<double> init_base_std;  // unset: fan_in^-1/2
  InitStdFactor init_std_factor = InitStdFactor::kDisabled;
};

inline int64_t NumKvHeads(const ModelConfig& c) { return c.n_kv_heads.value_or(c.n_heads); }
inline int64_t HeadDim(const ModelConfig& c) { return c.head_dim.value_or(c.dim / c.n_heads); }

}  // namespace mneme

#endif  // MNEME_NN_MODEL_CONFIG_H_
