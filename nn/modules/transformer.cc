#include "nn/modules/transformer.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "autograd/core/tape.h"
#include "autograd/ops/add/add.h"
#include "autograd/ops/embedding/embedding.h"
#include "autograd/ops/few_rows/few_rows.h"
#include "nn/modules/feed_forward.h"
#include "runtime/core/profiler_range.h"

namespace mneme::nn {
namespace {

double BaseStd(const ModelConfig& config, int64_t fan_in) {
  return config.init_base_std.value_or(1.0 / std::sqrt(static_cast<double>(fan_in)));
}

double StdFactor(const ModelConfig& config, int64_t layer) {
  switch (config.init_std_factor) {
    case InitStdFactor::kDisabled:
      return 1.0;
    case InitStdFactor::kGlobalDepth:
      return std::sqrt(2.0 * (config.n_layers + 1));
    case InitStdFactor::kCurrentDepth:
      return std::sqrt(2.0 * (layer + 1));
    case InitStdFactor::kDimRatio:
      return config.dim / 4096.0;
  }
  return 1.0;
}

Linear MakeOutput(const Scope& scope, const ModelConfig& config, const Embedding& embedding) {
  if (config.weight_tying) return Linear(embedding.weight());
  return Linear(scope / "output", config.dim, config.vocab_size, WeightInit(config, config.dim));
}

}  // namespace

Init WeightInit(const ModelConfig& config, int64_t fan_in) {
  return Init::TruncatedNormal(BaseStd(config, fan_in));
}

Init ResidualInit(const ModelConfig& config, int64_t fan_in, int64_t layer) {
  return Init::TruncatedNormal(BaseStd(config, fan_in) / StdFactor(config, layer));
}

TransformerBlock::TransformerBlock(const Scope& scope, const ModelConfig& config, int64_t layer,
                                   std::unique_ptr<Module> feed_forward)
    : attention_(scope / "attention", config, WeightInit(config, config.dim),
                 ResidualInit(config, config.dim, layer)),
      feed_forward_(std::move(feed_forward)),
      attention_norm_(scope / "attention_norm", config.dim, config.norm_eps),
      ffn_norm_(scope / "ffn_norm", config.dim, config.norm_eps) {}

Variable TransformerBlock::Forward(const Variable& x) {
  const Variable h = Add(x, attention_.Forward(attention_norm_.Forward(x)));
  return Add(h, feed_forward_->Forward(ffn_norm_.Forward(h)));
}

Tensor TransformerBlock::Extend(const Tensor& x, const KvCache::Layer& cache,
                                const CachedTokens& tokens) {
  const Tensor h = attention_.Extend(attention_norm_.Of(x), cache, tokens);
  return feed_forward_->AddTo(h, ffn_norm_.Of(h));
}

std::unique_ptr<Module> MakeFeedForward(const Scope& scope, const ModelConfig& config,
                                        int64_t layer) {
  return std::make_unique<FeedForward>(scope, config, WeightInit(config, config.dim),
                                       ResidualInit(config, FeedForwardHidden(config), layer));
}

TransformerLM::TransformerLM(ParameterStore* parameters, const ModelConfig& config,
                             const FeedForwardFactory& make_feed_forward)
    : tok_embeddings_(Scope(parameters) / "tok_embeddings", config.vocab_size, config.dim,
                      WeightInit(config, config.dim)),
      norm_(Scope(parameters) / "norm", config.dim, config.norm_eps),
      output_(MakeOutput(Scope(parameters), config, tok_embeddings_)) {
  for (int64_t i = 0; i < config.n_layers; ++i) {
    const Scope scope = Scope(parameters) / "layers" / absl::StrCat(i);
    layers_.push_back(std::make_unique<TransformerBlock>(
        scope, config, i, make_feed_forward(scope / "feed_forward", i)));
  }
}

Variable TransformerLM::Forward(const Tensor& tokens) {
  const ProfilerRange range("forward");
  Variable h = tok_embeddings_.Forward(tokens);
  for (const auto& layer : layers_) h = layer->Forward(h);
  return output_.Forward(norm_.Forward(h));
}

Tensor TransformerLM::Extend(const KvCache& cache, const KvCache::Batch& batch) {
  TapeScope no_tape(nullptr);
  const Tensor& table = tok_embeddings_.weight()->variable.value();  // [V, D]
  const Tensor no_logits = Tensor::Empty({0, table.dim(0)}, table.dtype(), table.device());
  if (batch.tokens.numel() == 0) return no_logits;
  Tensor h = tok_embeddings_.Forward(batch.tokens).value();  // [T, D]
  for (size_t i = 0; i < layers_.size(); ++i) {
    h = layers_[i]->Extend(h, cache.layer(i), batch.index);
  }
  if (batch.outputs.numel() == 0) return no_logits;
  // Rows of h that have logits, in order: [n, D].
  if (batch.outputs.numel() < h.dim(0)) h = mneme::Embedding(Variable(h), batch.outputs).value();
  return NormedLinear(norm_.Of(h), {output_.weights()})[0];
}

}  // namespace mneme::nn
