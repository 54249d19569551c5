// bazel run //runtime/random:random_fill_benchmark: numbers a second, by threads.

#include <cstdint>
#include <vector>

#include "benchmark/benchmark.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

constexpr int64_t kCount = 1 << 24;
const PhiloxKey kKey = MakePhiloxKey(1, HashName("benchmark"));

template <typename FillFunction>
void Run(benchmark::State& state, FillFunction fill) {
  SetNumThreads(static_cast<int>(state.range(0)));
  std::vector<float> numbers(kCount);
  for (auto _ : state) {
    fill(numbers.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kCount);
  SetNumThreads(0);
}

void BM_Uniform(benchmark::State& state) {
  Run(state, [](float* out) { FillUniform(out, kCount, 0.0f, 1.0f, kKey); });
}
void BM_Normal(benchmark::State& state) {
  Run(state, [](float* out) { FillNormal(out, kCount, 0.02f, kKey); });
}
void BM_TruncatedNormal(benchmark::State& state) {
  Run(state, [](float* out) { FillTruncatedNormal(out, kCount, 0.02f, kKey); });
}
void BM_NormalRows64(benchmark::State& state) {
  Run(state, [](float* out) { FillNormalRows(out, 0, kCount / 64, 64, 0.02f, kKey); });
}
void BM_NormalRows6(benchmark::State& state) {
  Run(state, [](float* out) { FillNormalRows(out, 0, kCount / 6, 6, 0.02f, kKey); });
}

BENCHMARK(BM_Uniform)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(BM_Normal)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(BM_TruncatedNormal)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(BM_NormalRows64)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(BM_NormalRows6)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
}  // namespace mneme
