#include "memory_layer/memory_layer/memory_layer.h"

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "autograd/core/tape.h"
#include "autograd/ops/add/add.h"
#include "autograd/ops/few_rows/few_rows.h"
#include "autograd/ops/gate/gate.h"
#include "autograd/ops/gelu/gelu.h"
#include "autograd/ops/reshape/reshape.h"
#include "autograd/ops/rms_norm/rms_norm.h"
#include "autograd/ops/silu_mul/silu_mul.h"
#include "autograd/ops/softmax/softmax.h"
#include "memory_layer/cast_weight/cast_weight.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/mul/mul.h"
#include "memory_layer/product_key/product_key.h"
#include "runtime/core/profiler_range.h"

namespace mneme {
namespace {

constexpr float kNormEpsilon = 1e-6f;

// Xavier's uniform bound: sqrt(6 / (fan in + fan out)).
double XavierBound(int64_t in, int64_t out) {
  return std::sqrt(6.0 / static_cast<double>(in + out));
}

nn::Linear Projection(const Scope& scope, int64_t in, int64_t out, int64_t dim) {
  const Init init = Init::Normal(1.0 / std::sqrt(static_cast<double>(dim)));
  return nn::Linear(scope, in, out, init, nn::Linear::Bias::kYes);
}

}  // namespace

MemoryLayer::MemoryLayer(const Scope& scope, const MemoryConfig& config, int64_t dim,
                         const LayerTables& tables)
    : config_(config),
      tables_(tables),
      keys_(scope.Create("keys", {config.mem_heads * 2 * config.mem_n_keys, config.mem_k_dim / 2},
                         Init::Uniform(1.0 / std::sqrt(static_cast<double>(config.mem_k_dim))))),
      query_proj_(scope / "query_proj", dim, config.mem_heads * config.mem_k_dim,
                  Init::Uniform(XavierBound(dim, config.mem_heads * config.mem_k_dim)),
                  nn::Linear::Bias::kYes) {
  CHECK(config.mem_k_dim % 2 == 0) << "mem_k_dim is " << config.mem_k_dim;
  CHECK((tables.values_v != nullptr) == config.peer_variant);
  const int64_t row_dim = RowDim(config, dim);
  CHECK(tables.values->n_rows() == NumRows(config) && tables.values->dim() == row_dim)
      << tables.values->name() << ": " << tables.values->n_rows() << " x " << tables.values->dim();
  if (!config.peer_variant && config.swilu_projection) {
    swilu_projection_ = Projection(scope / "swilu_projection", dim, row_dim, dim);
  }
  if (HasValueProj(config)) {
    value_proj_ = config.mem_keep_ffn ? nn::Linear(scope / "value_proj", row_dim, dim,
                                                   Init::Constant(0), nn::Linear::Bias::kYes)
                                      : Projection(scope / "value_proj", row_dim, dim, dim);
  }
  if (config.mem_gated) gating_ = Projection(scope / "gating", dim, 1, dim);
}

// [T, M * k_dim]
Variable MemoryLayer::ScoringQuery(const Variable& query) {
  if (!config_.qk_norm) return query;
  const Variable halves = Reshape(query, {-1, config_.mem_k_dim / 2});
  return Reshape(RmsNorm(halves, Variable(), kNormEpsilon), query.value().shape());
}

// [M * 2 * n_keys, k_dim / 2]
Variable MemoryLayer::ScoringKeys() {
  const Variable& keys = keys_->variable;
  if (!config_.qk_norm) return keys;
  const Variable normed = RmsNorm(CastWeight(keys, DType::kF32), Variable(), kNormEpsilon);
  return CastWeight(normed, keys.value().dtype());
}

MemoryLayer::Picks MemoryLayer::Pick(const Variable& query) {
  const Lookup lookup = ProductKeyLookup(ScoringQuery(query), ScoringKeys(), config_.mem_heads,
                                         config_.mem_n_keys, config_.mem_knn);
  last_rows_ = lookup.rows;
  last_scores_ = lookup.scores.value();
  const Shape flat = {last_rows_.dim(0), config_.mem_heads * config_.mem_knn};  // [T, M * knn]
  const auto plan = std::make_shared<PickPlan>(lookup.rows.Reshape(flat), tables_.values->n_rows());
  if (tables_.usage != nullptr && Tape::Current() != nullptr) tables_.usage->Add(*plan);
  return {plan, Reshape(Softmax(lookup.scores), flat)};
}

Variable MemoryLayer::Read(const Variable& x, const Picks& picks) {
  Variable out = WeightedRowSum(tables_.values, picks.plan, picks.weights, x.value().dtype());
  if (swilu_projection_) out = SiluMul(swilu_projection_->Forward(x), out);
  return value_proj_ ? value_proj_->Forward(out) : out;
}

Variable MemoryLayer::ReadExperts(const Variable& x, const Picks& picks) {
  const Variable hidden = Gelu(RowDot(tables_.values, picks.plan, x));  // f32 [T, M * knn]
  return WeightedRowSum(tables_.values_v, picks.plan, Mul(hidden, picks.weights),
                        x.value().dtype());
}

Variable MemoryLayer::Forward(const Variable& input) {
  const ProfilerRange range("memory layer");
  const Variable x = Reshape(input, {-1, input.value().dim(-1)});  // [T, D]
  const Picks picks = Pick(query_proj_.Forward(x));
  Variable out = config_.peer_variant ? ReadExperts(x, picks) : Read(x, picks);  // [T, D]
  if (gating_) out = Gate(out, gating_->Forward(x));
  return Reshape(out, input.value().shape());
}

// All that is linear in the normalised rows, x, comes first, in one op.
Tensor MemoryLayer::AddTo(const Tensor& residual, const NormedRows& rows) {
  if (config_.peer_variant) return Module::AddTo(residual, rows);  // needs x itself
  const ProfilerRange range("memory layer");
  const TapeScope no_tape(nullptr);
  std::vector<LinearWeights> layers = {query_proj_.weights()};
  for (const auto* layer : {&swilu_projection_, &gating_}) {
    if (*layer) layers.push_back((*layer)->weights());
  }
  const std::vector<Tensor> of_x = NormedLinear(rows, layers);  // query, then [T, v], [T, 1] if any
  const Picks picks = Pick(Variable(of_x[0]));
  Variable out =
      swilu_projection_
          ? Variable(GatedRowSum(tables_.values, *picks.plan, picks.weights.value(), of_x[1]))
          : WeightedRowSum(tables_.values, picks.plan, picks.weights, rows.x.dtype());
  if (value_proj_ && !gating_) return AddLinear(residual, out.value(), value_proj_->weights());
  if (value_proj_) out = value_proj_->Forward(out);
  if (gating_) out = Gate(out, Variable(of_x.back()));
  return Add(Variable(residual), out).value();
}

}  // namespace mneme
