// The gather's three kernels over random rows: GB/s of rows read (or, for SumByRow, of vectors).
//   bazel run //memory_layer/gather:gather_benchmark

#include <benchmark/benchmark.h>

#include "memory_layer/gather/gather_kernels.h"
#include "memory_layer/picks/picks.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/kernels/fill/fill.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// Arguments: n_rows, dim, T, P.
struct Setup {
  explicit Setup(const benchmark::State& state)
      : n_rows(state.range(0)), dim(state.range(1)), tokens(state.range(2)), picks(state.range(3)) {
    table = MapZeros({n_rows, dim}, DType::kF32, "a table").value();  // huge pages, as a store's
    Fill(table, 0.5);
    ids = Tensor::From<int64_t>({tokens, picks}, RandomIds(tokens * picks, n_rows, 1));
    weights = RandomTensor({tokens, picks}, 2);
    x = RandomTensor({tokens, dim}, 3);
  }

  void Report(benchmark::State& state) const {
    state.SetBytesProcessed(state.iterations() * tokens * picks * dim *
                            static_cast<int64_t>(sizeof(float)));
  }

  int64_t n_rows, dim, tokens, picks;
  Tensor table, ids, weights, x;
};

void BM_WeightedSum(benchmark::State& state) {
  const Setup s(state);
  const Tensor out = Tensor::Empty({s.tokens, s.dim}, DType::kF32, Device::Cpu());
  for (auto _ : state) {
    cpu::WeightedSum({DType::kF32, DType::kF32, s.tokens, s.picks, s.dim, s.table.raw(),
                      s.ids.data<int64_t>(), s.weights.data<float>(), nullptr, out.raw()});
  }
  s.Report(state);
}

void BM_PickDot(benchmark::State& state) {
  const Setup s(state);
  const Tensor out = Tensor::Empty({s.tokens, s.picks}, DType::kF32, Device::Cpu());
  for (auto _ : state) {
    cpu::PickDot({DType::kF32, DType::kF32, s.tokens, s.picks, s.dim, s.table.raw(),
                  s.ids.data<int64_t>(), s.x.raw(), out.data<float>()});
  }
  s.Report(state);
}

void BM_SortPicks(benchmark::State& state) {
  const Setup s(state);
  for (auto _ : state) SortPicks(s.ids, s.n_rows);
  state.SetItemsProcessed(state.iterations() * s.ids.numel());
}

void BM_SumByRow(benchmark::State& state) {
  const Setup s(state);
  const SortedPicks sorted = SortPicks(s.ids, s.n_rows);
  const Tensor out = Tensor::Empty({sorted.max_unique, s.dim}, DType::kF32, Device::Cpu());
  for (auto _ : state) {
    cpu::SumByRow({DType::kF32, s.ids.numel(), s.picks, s.dim, sorted.max_unique,
                   sorted.unique_count.data<int64_t>(), sorted.offsets.data<int64_t>(),
                   sorted.order.data<int64_t>(), sorted.inverse.data<int64_t>(),
                   s.weights.data<float>(), s.x.raw(), out.data<float>()});
  }
  s.Report(state);
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->Unit(benchmark::kMillisecond)->UseRealTime();
  benchmark->Args({1 << 14, 128, 1024, 64});
  benchmark->Args({1 << 14, 256, 1024, 128});
  benchmark->Args({1 << 20, 128, 1024, 64});
  benchmark->Args({1 << 18, 1024, 512, 64});
}
BENCHMARK(BM_WeightedSum)->Apply(Sizes);
BENCHMARK(BM_PickDot)->Apply(Sizes);
BENCHMARK(BM_SortPicks)->Apply(Sizes);
BENCHMARK(BM_SumByRow)->Apply(Sizes);

}  // namespace
}  // namespace mneme
