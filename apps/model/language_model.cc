#include "apps/model/language_model.h"

#include <algorithm>
#include <utility>

#include "autograd/ops/add/add.h"
#include "autograd/ops/cross_entropy/cross_entropy.h"
#include "autograd/ops/reshape/reshape.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/status.h"
#include "runtime/kernels/argmax/argmax.h"

namespace mneme {
namespace {

bool IsMemoryLayer(const MemoryConfig& config, int64_t layer) {
  return config.is_enabled && std::count(config.layers.begin(), config.layers.end(), layer) > 0;
}

// y = feed_forward(x) + memory(x)
class MemoryBesideFeedForward : public Module {
 public:
  MemoryBesideFeedForward(std::unique_ptr<Module> feed_forward, std::unique_ptr<Module> memory)
      : feed_forward_(std::move(feed_forward)), memory_(std::move(memory)) {}

  Variable Forward(const Variable& x) override {
    return Add(feed_forward_->Forward(x), memory_->Forward(x));
  }

  Tensor AddTo(const Tensor& residual, const NormedRows& rows) override {
    return memory_->AddTo(feed_forward_->AddTo(residual, rows), rows);
  }

 private:
  std::unique_ptr<Module> feed_forward_;
  std::unique_ptr<Module> memory_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<LanguageModel>> LanguageModel::Create(
    const ModelConfig& model, const MemoryConfig& memory, uint64_t seed, Device device, DType dtype,
    const TableProgress& progress) {
  CHECK_GT(model.vocab_size, 0) << "the vocabulary's size must be known by now";
  auto result =
      std::unique_ptr<LanguageModel>(new LanguageModel(model, memory, seed, device, dtype));
  MNEME_ASSIGN_OR_RETURN(result->tables_, MemoryTables::Create(memory, model.dim, device, dtype));
  result->tables_.Initialise(seed, progress);
  result->stores_ = result->tables_.stores();
  result->CreateModules();
  return result;
}

void LanguageModel::CreateModules() {
  transformer_ = std::make_unique<nn::TransformerLM>(
      &parameters_, config_, [&](const Scope& scope, int64_t layer) -> std::unique_ptr<Module> {
        if (!IsMemoryLayer(memory_config_, layer)) {
          return nn::MakeFeedForward(scope, config_, layer);
        }
        auto module = std::make_unique<MemoryLayer>(scope, memory_config_, config_.dim,
                                                    tables_.ForLayer(layer));
        memory_layers_.push_back({layer, module.get()});
        if (!memory_config_.mem_keep_ffn) return module;
        return std::make_unique<MemoryBesideFeedForward>(nn::MakeFeedForward(scope, config_, layer),
                                                         std::move(module));
      });
}

std::unique_ptr<nn::KvCache> LanguageModel::MakeCache(int64_t capacity_tokens) {
  return std::make_unique<nn::KvCache>(config_, capacity_tokens, device(), parameters_.dtype());
}

Tensor LanguageModel::Extend(nn::KvCache* cache,
                             absl::Span<const nn::KvCache::Extension> extensions) {
  return Extend(cache, cache->Append(extensions), false);
}

Tensor LanguageModel::ExtendGreedily(nn::KvCache* cache,
                                     absl::Span<const nn::KvCache::Extension> extensions) {
  return Extend(cache, cache->Append(extensions), true);
}

Tensor LanguageModel::ExtendGreedily(nn::KvCache* cache,
                                     absl::Span<nn::KvCache::Sequence* const> sequences,
                                     const Tensor& tokens) {
  return Extend(cache, cache->Append(sequences, tokens), true);
}

Tensor LanguageModel::Extend(nn::KvCache* cache, nn::KvCache::Batch batch, bool greedily) {
  const auto extend = [&] {
    const Tensor logits = transformer_->Extend(*cache, batch);
    return greedily ? ArgMax(logits) : logits;
  };
  const int64_t tokens = batch.tokens.numel();
  const int64_t picks =
      memory_layers_.empty() ? 0 : memory_config_.mem_heads * memory_config_.mem_knn;
  if (!batch.is_step || tokens * picks > ValueStore::kFewPicks) return extend();
  // Many steps have one shape, if the bound on positions is a loose one.
  constexpr int64_t kPositions = 256;
  batch.index.end_position = RoundUp(batch.index.end_position, kPositions);
  return cache->step_graph().Run({tokens, batch.index.end_position, greedily}, extend);
}

Variable LanguageModel::Loss(const Tensor& tokens, const Tensor& targets) {
  const Variable logits = Reshape(Logits(tokens), {targets.numel(), config_.vocab_size});
  return CrossEntropy(logits, targets.Reshape({-1}));
}

int64_t LanguageModel::NumTableElements() const {
  int64_t count = 0;
  for (const ValueStore* table : stores_) count += table->n_rows() * table->dim();
  return count;
}

}  // namespace mneme
