// The keys and values that attention has computed for some sequences, so that a sequence can grow
// token by token without its beginning being computed again.
//
//   KvCache cache(config, /*capacity_tokens=*/4096, device, dtype);
//   KvCache::Sequence context = cache.NewSequence();
//   Tensor logits = model.Extend(&cache, {{.sequence = &context, .tokens = prompt}});  // [1, V]
//   KvCache::Sequence choice = context.Fork();  // shares what the context has cached
//   logits = model.Extend(&cache, {{&choice, ending, /*n_logits=*/3}, ...});  // [3 + ..., V]
//
// Memory is handed out token by token (Zheng et al., "SGLang", 2024, section 3): a sequence takes
// as much room as it has tokens, and a common beginning is kept once.

#ifndef MNEME_NN_MODULES_KV_CACHE_H_
#define MNEME_NN_MODULES_KV_CACHE_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"
#include "autograd/ops/cached_attention/cached_attention.h"
#include "nn/model_config.h"
#include "nn/modules/step_graph.h"
#include "runtime/core/tensor.h"

namespace mneme::nn {

class KvCache {
 public:
  // Of one transformer block; one row a token. [capacity, KV, d] each.
  struct Layer {
    Tensor k, v;
  };

  // A sequence's place in the cache, freed with it. The cache must outlive it.
  class Sequence {
   public:
    Sequence(Sequence&& other) noexcept;
    Sequence& operator=(Sequence&& other) noexcept;
    ~Sequence() { Release(); }

    int64_t length() const { return static_cast<int64_t>(slots_.size()); }
    // Another sequence that begins with the same tokens, and shares their rows.
    Sequence Fork() const;

   private:
    friend class KvCache;
    explicit Sequence(KvCache* cache) : cache_(cache) {}
    void Release();

    KvCache* cache_;
    std::vector<int32_t> slots_;  // the cache's row of each token
  };

  // New tokens of one sequence, and how many of them, counted from the last, want logits.
  struct Extension {
    Sequence* sequence;
    absl::Span<const int32_t> tokens;
    int64_t n_logits = 1;
  };

  // New tokens of several sequences, as the model reads them.
  struct Batch {
    Tensor tokens;  // i32 [T]
    CachedTokens index;
    Tensor outputs;  // i32 [n], ascending: tokens of 0 .. T - 1 that want logits
    // One token of each sequence, each with logits, in memory that such a batch of as many tokens
    // always has.
    bool is_step = false;
  };

  // dtype: the model's. capacity_tokens: of all sequences together, counting shared ones once.
  KvCache(const ModelConfig& config, int64_t capacity_tokens, Device device, DType dtype);
  KvCache(const KvCache&) = delete;
  KvCache& operator=(const KvCache&) = delete;

  static int64_t BytesPerToken(const ModelConfig& config, DType dtype);

  Sequence NewSequence() { return Sequence(this); }

  // Makes room for the new tokens, of which there must be free_tokens() at most; the forward pass
  // over the batch fills it. A sequence is named once. One copy to the device.
  // The batch holds until the next call.
  Batch Append(absl::Span<const Extension> extensions);
  // The same for one token of each sequence, whose ids are on the device, i32 [sequences], and go
  // into the batch by a copy there: the host need not know them yet, and what the stream does next
  // may overwrite them.
  Batch Append(absl::Span<Sequence* const> sequences, const Tensor& tokens);

  const Layer& layer(int64_t i) const { return layers_[i]; }
  int64_t free_tokens() const { return static_cast<int64_t>(free_.size()); }
  StepGraph& step_graph() { return step_graph_; }

 private:
  // Sequences of a step, at most: with more, launching kernels is no longer what takes the time.
  static constexpr int64_t kMaxStepTokens = 8;

  std::vector<Layer> layers_;
  Device device_;
  std::vector<int32_t> free_;   // rows in nobody's use; the last is taken first
  std::vector<int32_t> users_;  // of each row: how many sequences
  Tensor step_index_;           // what a step's batch points to
  StepGraph step_graph_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_KV_CACHE_H_
