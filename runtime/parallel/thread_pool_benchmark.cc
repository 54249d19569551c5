// bazel run //runtime/parallel:thread_pool_benchmark: what starting a loop costs, by threads.

#include <chrono>
#include <cstdint>
#include <thread>

#include "benchmark/benchmark.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

// Eight chunks of almost nothing, one loop right after the other: the workers are awake.
void BM_BusyPool(benchmark::State& state) {
  SetNumThreads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    ParallelFor(8, 1, [](int64_t begin, int64_t) { benchmark::DoNotOptimize(begin); });
  }
  SetNumThreads(0);
}

// The same after a pause in which the workers fall asleep.
void BM_IdlePool(benchmark::State& state) {
  SetNumThreads(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto start = std::chrono::steady_clock::now();
    ParallelFor(8, 1, [](int64_t begin, int64_t) { benchmark::DoNotOptimize(begin); });
    state.SetIterationTime(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  SetNumThreads(0);
}

BENCHMARK(BM_BusyPool)->Arg(1)->Arg(2)->UseRealTime();
BENCHMARK(BM_IdlePool)->Arg(1)->Arg(2)->UseManualTime()->Iterations(500);

}  // namespace
}  // namespace mneme
