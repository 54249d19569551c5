// A feed-forward that looks its values up in a large table.

#ifndef MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_LAYER_H_
#define MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_LAYER_H_

#include <cstdint>
#include <optional>

#include "memory_layer/memory_config.h"
#include "memory_layer/memory_layer/memory_tables.h"
#include "nn/core/module.h"
#include "nn/core/parameter.h"
#include "nn/modules/linear.h"

namespace mneme {

// x [..., D] -> [..., D]. For every token, with M heads of knn picks:
//   query = query_proj(x)                     scores, rows = top knn of the product keys
//   w = softmax(scores) of each head          out = sum over heads and picks of w values[row]
// and then, as configured,
//   swilu_projection:  out = value_proj(out * silu(swilu_projection(x)))
//   else mem_v_dim:    out = value_proj(out)
//   peer_variant:      instead of the above, with two tables:
//                      out = sum of gelu(x . values_u[row]) w values_v[row]
//   mem_gated:         out = sigmoid(gating(x)) out
//   mem_keep_ffn:      value_proj, or without one the table that is summed (memory_tables.h),
//                      starts at zero, and so does out; its own gradient does not
//   qk_norm:           queries and keys are RMS-normalised, each half by itself, before scoring
//
// Parameters, v the width of a row: keys [M * 2 * n_keys, k_dim / 2], query_proj [M * k_dim, D],
// swilu_projection [v, D], value_proj [D, v], gating [1, D], all but keys with a bias.
// Sources: "Memory Layers at Scale", arXiv 2412.09764, section 3; "Mixture of A Million Experts"
// (PEER), arXiv 2407.04153, equation 4.
class MemoryLayer : public Module {
 public:
  // dim: D. mem_k_dim must be even, 1 <= knn <= n_keys; the tables must be those of the config.
  MemoryLayer(const Scope& scope, const MemoryConfig& config, int64_t dim,
              const LayerTables& tables);

  Variable Forward(const Variable& x) override;
  Tensor AddTo(const Tensor& residual, const NormedRows& rows) override;

  // The lookup of the last Forward or AddTo, for inspection; T tokens. Undefined before the first.
  const Tensor& last_rows() const { return last_rows_; }      // i64 [T, M, knn], best first
  const Tensor& last_scores() const { return last_scores_; }  // f32 [T, M, knn], before softmax

 private:
  struct Picks {
    std::shared_ptr<const PickPlan> plan;
    Variable weights;  // w: f32 [T, M * knn]
  };
  // query: query_proj's, [T, M * k_dim].
  Picks Pick(const Variable& query);
  Variable ScoringQuery(const Variable& query);
  Variable ScoringKeys();
  // [T, D] -> [T, D]
  Variable Read(const Variable& x, const Picks& picks);
  Variable ReadExperts(const Variable& x, const Picks& picks);

  MemoryConfig config_;
  LayerTables tables_;
  Parameter* keys_;
  nn::Linear query_proj_;
  std::optional<nn::Linear> swilu_projection_;
  std::optional<nn::Linear> value_proj_;
  std::optional<nn::Linear> gating_;
  Tensor last_rows_;
  Tensor last_scores_;
};

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_MEMORY_LAYER_MEMORY_LAYER_H_
