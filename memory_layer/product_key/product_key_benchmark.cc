// Product-key lookup, forward and backward, by number of keys.
//   bazel run //memory_layer/product_key:product_key_benchmark

#include <benchmark/benchmark.h>

#include "memory_layer/product_key/product_key_kernels.h"
#include "runtime/core/tensor.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// Arguments: n_keys, half, heads, knn. 1024 tokens.
struct Setup {
  explicit Setup(const benchmark::State& state)
      : sizes{1024, state.range(2), state.range(1), state.range(0), state.range(3)} {
    query = RandomTensor({sizes.tokens, sizes.heads * 2 * sizes.half}, 1);
    keys = RandomTensor({sizes.heads * 2 * sizes.n_keys, sizes.half}, 2);
    scores = RandomTensor({sizes.tokens, sizes.heads, sizes.knn}, 3);
    rows = Tensor::Empty(scores.shape(), DType::kI64, Device::Cpu());
  }

  void Look() const {
    cpu::ProductKeyLookup(
        {DType::kF32, sizes, query.raw(), keys.raw(), scores.data<float>(), rows.data<int64_t>()});
  }

  ProductKeySizes sizes;
  Tensor query, keys, scores, rows;
};

void BM_Lookup(benchmark::State& state) {
  const Setup s(state);
  for (auto _ : state) s.Look();
  state.counters["GFLOP/s"] = benchmark::Counter(
      4e-9 * state.iterations() * s.sizes.tokens * s.sizes.heads * s.sizes.half * s.sizes.n_keys,
      benchmark::Counter::kIsRate);
}

void BM_Backward(benchmark::State& state) {
  const Setup s(state);
  s.Look();
  const Tensor dquery = Tensor::EmptyLike(s.query), dkeys = Tensor::EmptyLike(s.keys);
  for (auto _ : state) {
    cpu::ProductKeyBackward({DType::kF32, s.sizes, s.query.raw(), s.keys.raw(),
                             s.rows.data<int64_t>(), s.scores.data<float>(), dquery.raw(),
                             dkeys.data<float>()});
  }
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
  benchmark->Args({128, 64, 4, 32})->Args({128, 64, 4, 8})->Args({1024, 128, 4, 32});
  benchmark->Args({4096, 256, 2, 32})->Args({8192, 256, 2, 32});
}
BENCHMARK(BM_Lookup)->Apply(Sizes);
BENCHMARK(BM_Backward)->Apply(Sizes);

}  // namespace
}  // namespace mneme
