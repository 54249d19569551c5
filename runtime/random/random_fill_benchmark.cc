// bazel run //runtime/random:random_fill_benchmark: numbers a second of one thread, and bytes
// written, for each kind of SIMD that this CPU has.

#include <cstdint>
#include <string>
#include <vector>

#include "benchmark/benchmark.h"
#include "hwy/highway.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

constexpr int64_t kCount = 1 << 24;
const PhiloxKey kKey = MakePhiloxKey(1, HashName("benchmark"));

// What one number takes in memory, and a function that writes kCount of them.
template <typename FillFunction>
void Register(const std::string& name, int64_t target, int64_t number_bytes, FillFunction fill) {
  benchmark::RegisterBenchmark(
      (name + "/" + hwy::TargetName(target)).c_str(), [=](benchmark::State& state) {
        hwy::GetChosenTarget().Update(target);
        std::vector<float> numbers(kCount);
        std::vector<bf16> rounded(kCount);
        for (auto _ : state) {
          fill(numbers.data(), rounded.data());
          benchmark::ClobberMemory();
        }
        state.SetItemsProcessed(state.iterations() * kCount);
        state.SetBytesProcessed(state.iterations() * kCount * number_bytes);
      });
}

void RegisterAll(int64_t target) {
  Register("Uniform", target, 4,
           [](float* out, bf16*) { FillUniform(out, kCount, 0.0f, 1.0f, kKey); });
  Register("Normal", target, 4, [](float* out, bf16*) { FillNormal(out, kCount, 0.02f, kKey); });
  Register("TruncatedNormal", target, 4,
           [](float* out, bf16*) { FillTruncatedNormal(out, kCount, 0.02f, kKey); });
  for (int64_t dim : {6, 64, 1024}) {
    Register("NormalRows" + std::to_string(dim), target, 4, [dim](float* out, bf16*) {
      FillNormalRows({.rows = out}, 0, kCount / dim, dim, 0.02f, kKey);
    });
  }
  Register("RoundedRows1024", target, 2, [](float*, bf16* rounded) {
    FillNormalRows({.rounded = rounded}, 0, kCount / 1024, 1024, 0.02f, kKey);
  });
  Register("BothRows1024", target, 6, [](float* out, bf16* rounded) {
    FillNormalRows({.rows = out, .rounded = rounded}, 0, kCount / 1024, 1024, 0.02f, kKey);
  });
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  mneme::SetNumThreads(1);
  for (int64_t rest = HWY_TARGETS & hwy::SupportedTargets(); rest != 0; rest &= rest - 1) {
    mneme::RegisterAll(rest & -rest);
  }
  benchmark::RunSpecifiedBenchmarks();
}
