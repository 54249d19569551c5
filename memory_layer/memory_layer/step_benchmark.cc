// One memory layer's training step by phase, for tables of 2^14 to 2^24 rows and a fixed number of
// picks: its cost must not grow with the table, but for the lookup's n_keys half scores and, up to
// the size of the caches, for reading rows from memory.
//   bazel run //memory_layer/memory_layer:step_benchmark
// Times of the phases are counters, in ms.

#include <benchmark/benchmark.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "autograd/core/tape.h"
#include "autograd/ops/reshape/reshape.h"
#include "autograd/ops/softmax/softmax.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/product_key/product_key.h"
#include "memory_layer/value_store/memory_check.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kTokens = 1024, kHeads = 2, kKnn = 32, kHalf = 64, kDim = 32;

SparseAdamArgs Adam() {
  return {.lr = 1e-3,
          .beta1 = 0.9,
          .beta2 = 0.95,
          .epsilon = 1e-8,
          .factors = MakeAdamFactors(1.0, 0.9, 0.95, 1, Device::Cpu())};
}

// Time spent in each phase, in ms.
class Phases {
 public:
  void Start() { last_ = std::chrono::steady_clock::now(); }
  void End(const char* phase) {
    const auto now = std::chrono::steady_clock::now();
    times_ms_[phase] += std::chrono::duration<double, std::milli>(now - last_).count();
    last_ = now;
  }

  const std::map<std::string, double>& times_ms() const { return times_ms_; }
  double TotalMs() const {
    double total = 0.0;
    for (const auto& [phase, time] : times_ms_) total += time;
    return total;
  }

 private:
  std::map<std::string, double> times_ms_;
  std::chrono::steady_clock::time_point last_;
};

void Step(const Tensor& query, const Variable& keys, int64_t n_keys, ValueStore* store,
          Phases* phases) {
  const Shape flat = {kTokens, kHeads * kKnn};
  Tape lookup_tape, read_tape;
  phases->Start();
  TapeScope lookup_scope(&lookup_tape);
  const Lookup lookup = ProductKeyLookup(Variable::Leaf(query), keys, kHeads, n_keys, kKnn);
  phases->End("1_lookup");
  TapeScope read_scope(&read_tape);
  const Variable scores = Variable::Leaf(lookup.scores.value());
  const auto plan = std::make_shared<PickPlan>(lookup.rows.Reshape(flat), store->n_rows());
  const Variable out = WeightedRowSum(store, plan, Reshape(Softmax(scores), flat), DType::kF32);
  phases->End("2_read");
  plan->sorted();
  phases->End("3_sort");
  read_tape.Backward(out, out.value());
  phases->End("4_read_backward");
  lookup_tape.Backward(lookup.scores, scores.gradient()->Take());
  keys.gradient()->Clear();
  phases->End("5_lookup_backward");
  store->Update(Adam());
  phases->End("6_update");
}

// Argument: n_keys. Every iteration has other queries.
void BM_Step(benchmark::State& state) {
  const int64_t n_keys = state.range(0), n_rows = n_keys * n_keys;
  const absl::Status fits =
      CheckFitsInMemory(ResidentValueStore::BytesNeeded(n_rows, kDim), "the table");
  if (!fits.ok()) return state.SkipWithError(std::string(fits.message()).c_str());
  auto store = ResidentValueStore::Create("values", n_rows, kDim);
  CHECK(store.ok()) << store.status();
  (*store)->Initialise(1);
  const Variable keys = Variable::Leaf(RandomTensor({kHeads * 2 * n_keys, kHalf}, 1));
  Phases phases;
  uint64_t seed = 0;
  double unique_rows = 0.0;
  const auto step = [&](Phases* to) {
    Step(RandomTensor({kTokens, kHeads * 2 * kHalf}, ++seed), keys, n_keys, store->get(), to);
  };
  // A run's first steps take the pages of the moments from the system.
  Phases first;
  for (int i = 0; i < 5; ++i) step(&first);
  for (auto _ : state) {
    const double before_ms = phases.TotalMs();
    step(&phases);
    state.SetIterationTime((phases.TotalMs() - before_ms) * 1e-3);
    unique_rows += static_cast<double>((*store)->LastTouchedRows());
  }
  for (const auto& [phase, time_ms] : phases.times_ms()) {
    state.counters[phase] = benchmark::Counter(time_ms, benchmark::Counter::kAvgIterations);
  }
  state.counters["7_unique_rows"] =
      benchmark::Counter(unique_rows, benchmark::Counter::kAvgIterations);
  state.counters["0_rows"] = static_cast<double>(n_rows);
}
BENCHMARK(BM_Step)
    ->RangeMultiplier(2)
    ->Range(1 << 7, 1 << 12)
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();

}  // namespace
}  // namespace mneme
