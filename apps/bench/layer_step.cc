#include "apps/bench/layer_step.h"

#include <algorithm>
#include <memory>
#include <string>

#include "apps/bench/random_input.h"
#include "autograd/core/tape.h"
#include "autograd/ops/softmax/softmax.h"
#include "memory_layer/gather/row_passes.h"
#include "memory_layer/product_key/product_key.h"
#include "nn/optim/step_guard/step_guard.h"

namespace mneme {
namespace {

constexpr double kBeta1 = 0.9, kBeta2 = 0.95;

constexpr char kLookup[] = "lookup";
constexpr char kSoftmax[] = "softmax";
constexpr char kSort[] = "sort and unique";
constexpr char kRead[] = "read rows";
constexpr char kSum[] = "weighted sum";
constexpr char kWeightGradients[] = "gradients of weights";
constexpr char kRowGradients[] = "gradients of rows";
constexpr char kSoftmaxBackward[] = "softmax backward";
constexpr char kLookupBackward[] = "lookup backward";
constexpr char kNorm[] = "gradient norm";
constexpr char kUpdate[] = "update, until written";

// What a phase must do at least: bytes on each path, floating-point operations.
struct Work {
  double up = 0.0, down = 0.0, device = 0.0, host = 0.0, flops = 0.0;
};

Measure MeasureOf(const std::string& phase, double ms, const Work& work,
                  const MachineRates& rates) {
  Measure measure = {.name = phase, .ms = ms, .floor_ms = work.flops / rates.tflops * 1e-9};
  const auto bound_by = [&](double bytes, double gb_per_s) {
    const double floor_ms = bytes / gb_per_s * 1e-6;
    if (floor_ms <= measure.floor_ms) return;
    measure.floor_ms = floor_ms;
    measure.bytes = bytes;
  };
  bound_by(work.up, rates.up_gb_per_s);
  bound_by(work.down, rates.down_gb_per_s);
  bound_by(work.device, rates.device_gb_per_s);
  bound_by(work.host, rates.host_gb_per_s);
  return measure;
}

}  // namespace

LayerStep::LayerStep(const LayerSizes& sizes, ValueStore* store, DType dtype)
    : sizes_(sizes), store_(store), dtype_(dtype) {
  const Device device = store->device();
  query_ = Variable::Leaf(RandomInput({sizes.tokens, sizes.heads * sizes.k_dim}, 1, device, dtype));
  keys_ = Variable::Leaf(
      RandomInput({sizes.heads * 2 * sizes.n_keys, sizes.k_dim / 2}, 2, device, dtype));
  dout_ = RandomInput({sizes.tokens, sizes.dim}, 3, device, dtype);
}

void LayerStep::Run(const Tensor& rows, PhaseTimer* timer, bool counts) {
  const Device device = store_->device();
  const Tensor factors = MakeAdamFactors(1.0, kBeta1, kBeta2, ++updates_, device);
  const auto mark = [&](const char* phase) {
    if (timer != nullptr) timer->Mark(phase);
  };
  if (timer != nullptr) timer->Begin();
  Tape lookup_tape, softmax_tape;
  Lookup lookup;
  {
    TapeScope scope(&lookup_tape);
    lookup = ProductKeyLookup(query_, keys_, sizes_.heads, sizes_.n_keys, sizes_.knn);
  }
  mark(kLookup);
  const Variable scores = Variable::Leaf(lookup.scores.value());
  Variable weights;
  {
    TapeScope scope(&softmax_tape);
    weights = Softmax(scores);
  }
  mark(kSoftmax);
  const Shape flat = {sizes_.tokens, sizes_.heads * sizes_.knn};
  const auto plan = std::make_shared<PickPlan>(rows.Reshape(flat), store_->n_rows());
  plan->sorted();
  mark(kSort);
  const StagedRows staged = store_->Stage(*plan);
  mark(kRead);
  const Tensor flat_weights = weights.value().Reshape(flat);
  WeightedSum(*plan, staged, flat_weights, dtype_);
  mark(kSum);

  const Tensor dweights = PickDot(*plan, staged, dout_);
  mark(kWeightGradients);
  store_->AddGradient(plan, SumByRow(*plan, flat_weights, dout_));
  mark(kRowGradients);
  softmax_tape.Backward(weights, dweights.Reshape(weights.value().shape()));
  mark(kSoftmaxBackward);
  lookup_tape.Backward(lookup.scores, scores.gradient()->Take());
  query_.gradient()->Clear();
  keys_.gradient()->Clear();
  mark(kLookupBackward);

  store_->AddSquaredGradientNorm(Tensor::Zeros({}, DType::kF32, device));
  mark(kNorm);
  store_->Update(
      {.lr = 1e-3, .beta1 = kBeta1, .beta2 = kBeta2, .epsilon = 1e-8, .factors = factors});
  if (timer == nullptr) return;
  store_->State();  // waits
  mark(kUpdate);
  timer->End(counts);
}

std::vector<Measure> LayerStep::Measures(const PhaseTimer& timer, double unique_rows,
                                         const TableTraffic& traffic,
                                         const MachineRates& rates) const {
  const double picks = static_cast<double>(sizes_.picks());
  const double queries = static_cast<double>(query_.value().bytes());
  const double keys = static_cast<double>(keys_.value().bytes());
  const double key_gradients = static_cast<double>(keys_.value().numel() * 4);
  const double tokens = static_cast<double>(dout_.bytes());  // one vector of each
  const double elements = unique_rows * static_cast<double>(sizes_.dim);
  const double rows = elements * static_cast<double>(traffic.row);
  const double row_gradients = elements * 4;
  const double state = elements * static_cast<double>(traffic.state);
  const double down = elements * static_cast<double>(traffic.gradient) + unique_rows * 8;
  const double flops = 2.0 * static_cast<double>(sizes_.tokens * sizes_.heads * sizes_.n_keys) *
                       static_cast<double>(sizes_.k_dim);
  const Work update =
      traffic.crosses_link ? Work{.down = down, .host = state} : Work{.device = state};
  const std::vector<std::pair<const char*, Work>> phases = {
      {kLookup, {.device = queries + keys, .flops = flops}},
      {kSoftmax, {.device = 8 * picks}},
      {kSort, {.device = 24 * picks + 16 * unique_rows}},
      {kRead, {.up = traffic.crosses_link ? rows : 0}},
      {kSum, {.device = rows + tokens + 12 * picks}},
      {kWeightGradients, {.device = rows + tokens + 12 * picks}},
      {kRowGradients, {.device = row_gradients + tokens + 12 * picks}},
      {kSoftmaxBackward, {.device = 12 * picks}},
      {kLookupBackward, {.device = 2 * queries + keys + key_gradients + 12 * picks}},
      {kNorm, {.device = row_gradients}},
      {kUpdate, update}};
  std::vector<Measure> measures;
  std::vector<Measure> totals;
  double floor_ms = 0.0;
  for (const auto& [phase, work] : phases) {
    measures.push_back(MeasureOf(phase, timer.Ms(phase), work, rates));
    floor_ms += measures.back().floor_ms;
    const auto total = [&](const char* name) {
      totals.push_back({.name = name, .ms = timer.MsUntil(phase), .floor_ms = floor_ms});
    };
    if (phase == kSum) total("forward");
    if (phase == kLookupBackward) total("forward, backward");
    if (phase == kUpdate) total("forward, backward, update");
  }
  measures.insert(measures.end(), totals.begin(), totals.end());
  return measures;
}

}  // namespace mneme
