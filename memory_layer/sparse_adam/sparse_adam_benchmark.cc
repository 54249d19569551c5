// Sparse Adam over sorted random rows: GB/s of state (values and both moments, read and written).
//   bazel run //memory_layer/sparse_adam:sparse_adam_benchmark

#include <benchmark/benchmark.h>

#include <algorithm>

#include "memory_layer/picks/picks.h"
#include "memory_layer/sparse_adam/sparse_adam.h"
#include "memory_layer/value_store/mapped_memory.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/kernels/fill/fill.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

// In huge pages, as a value store's, and touched.
Tensor Zeros(int64_t n_rows, int64_t dim) {
  const Tensor zeros = MapZeros({n_rows, dim}, DType::kF32, "a table").value();
  Fill(zeros, 0.0);
  return zeros;
}

// Arguments: n_rows, dim, picks.
void BM_SparseAdam(benchmark::State& state) {
  const int64_t n_rows = state.range(0), dim = state.range(1), picks = state.range(2);
  const AdamTable table = {Zeros(n_rows, dim), Zeros(n_rows, dim), Zeros(n_rows, dim), Tensor(),
                           PhiloxKey()};
  const SortedPicks sorted =
      SortPicks(Tensor::From<int64_t>({picks}, RandomIds(picks, n_rows, 1)), n_rows);
  const RowGradients touched = {sorted.unique_rows, sorted.unique_count,
                                RandomTensor({sorted.max_unique, dim}, 2)};
  const SparseAdamArgs args = {.lr = 1e-3,
                               .beta1 = 0.9,
                               .beta2 = 0.95,
                               .epsilon = 1e-8,
                               .factors = MakeAdamFactors(1.0, 0.9, 0.95, 1)};
  for (auto _ : state) SparseAdam(args, touched, table);
  state.SetBytesProcessed(state.iterations() * sorted.max_unique * dim * 6 *
                          static_cast<int64_t>(sizeof(float)));
  state.counters["rows"] = static_cast<double>(sorted.max_unique);
}
BENCHMARK(BM_SparseAdam)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime()
    ->Args({1 << 14, 64, 1 << 15})
    ->Args({1 << 14, 256, 1 << 15})
    ->Args({1 << 20, 128, 1 << 16})
    ->Args({1 << 18, 1024, 1 << 14})
    ->Args({1 << 22, 32, 1 << 16});

}  // namespace
}  // namespace mneme
