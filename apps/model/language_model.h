// A whole model: transformer, memory layers and value tables.

#ifndef MNEME_APPS_MODEL_LANGUAGE_MODEL_H_
#define MNEME_APPS_MODEL_LANGUAGE_MODEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "memory_layer/memory_config.h"
#include "memory_layer/memory_layer/memory_layer.h"
#include "memory_layer/memory_layer/memory_tables.h"
#include "memory_layer/value_store/value_store.h"
#include "nn/core/parameter.h"
#include "nn/model_config.h"
#include "nn/modules/kv_cache.h"
#include "nn/modules/transformer.h"

namespace mneme {

class LanguageModel {
 public:
  // model.vocab_size must be set. Weights are drawn from the seed and their names.
  // ResourceExhausted if the value tables do not fit in memory, with the numbers, before they are
  // allocated. `progress` is told how far they are initialised.
  static absl::StatusOr<std::unique_ptr<LanguageModel>> Create(
      const ModelConfig& model, const MemoryConfig& memory, uint64_t seed, Device device,
      DType dtype, const TableProgress& progress = nullptr);

  // tokens i32 [B, S] -> [B, S, V]. Every id must be in 0 .. vocab_size - 1.
  Variable Logits(const Tensor& tokens) { return transformer_->Forward(tokens); }

  // The mean over all positions of -log p(target); targets i32 [B, S]. f32, one element.
  Variable Loss(const Tensor& tokens, const Tensor& targets);

  // A cache for this model's keys and values; see kv_cache.h.
  std::unique_ptr<nn::KvCache> MakeCache(int64_t capacity_tokens);

  // Lets cached sequences grow by new tokens, several sequences at once and each by any number.
  // Returns the logits that the extensions ask for, [n, V] of the model's dtype, in their order:
  // what Logits gives for the whole sequences but for rounding. Costs the new tokens and, in
  // attention, what they look back on. Records nothing. The next call may overwrite the result.
  // A cache is used with one model, whose weights and tables stay as they are meanwhile.
  Tensor Extend(nn::KvCache* cache, absl::Span<const nn::KvCache::Extension> extensions);
  // The same, but of each row of logits only the column of the largest: i32 [n].
  Tensor ExtendGreedily(nn::KvCache* cache, absl::Span<const nn::KvCache::Extension> extensions);
  // The same by one token of each sequence, i32 [sequences]: such as the last call's result, for
  // which the host need not have waited.
  Tensor ExtendGreedily(nn::KvCache* cache, absl::Span<nn::KvCache::Sequence* const> sequences,
                        const Tensor& tokens);

  struct MemoryBlock {
    int64_t layer;  // of the transformer
    MemoryLayer* module;
  };

  const ModelConfig& config() const { return config_; }
  const MemoryConfig& memory_config() const { return memory_config_; }
  ParameterStore& parameters() { return parameters_; }
  // The value tables, each once, in the order of the layers; and how their rows are picked.
  const std::vector<ValueStore*>& tables() const { return stores_; }
  std::vector<PickUsage*> usages() const { return tables_.usages(); }
  const std::vector<MemoryBlock>& memory_layers() const { return memory_layers_; }
  Device device() const { return parameters_.device(); }
  int64_t NumTableElements() const;

 private:
  Tensor Extend(nn::KvCache* cache, nn::KvCache::Batch batch, bool greedily);

  LanguageModel(const ModelConfig& model, const MemoryConfig& memory, uint64_t seed, Device device,
                DType dtype)
      : config_(model), memory_config_(memory), parameters_(seed, device, dtype) {}

  void CreateModules();

  const ModelConfig config_;
  const MemoryConfig memory_config_;
  ParameterStore parameters_;
  MemoryTables tables_;
  std::vector<ValueStore*> stores_;
  std::vector<MemoryBlock> memory_layers_;
  std::unique_ptr<nn::TransformerLM> transformer_;
};

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_LANGUAGE_MODEL_H_
