// Speed of causal attention, in floating-point operations a second: two products forward and five
// backward, each of 2 d for every pair of a query and a key it sees.

#include <benchmark/benchmark.h>

#include "autograd/core/tape.h"
#include "autograd/ops/attention/attention.h"
#include "runtime/core/devices.h"
#include "runtime/core/stream.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

struct Problem {
  explicit Problem(const benchmark::State& state) {
    const int64_t batch = state.range(0), length = state.range(1), heads = state.range(2);
    const int64_t kv_heads = state.range(3), dim = state.range(4);
    device = AvailableDevices().back();
    const DType dtype = device.is_cuda() ? DType::kBF16 : DType::kF32;
    q = Variable::Leaf(RandomTensor({batch, length, heads, dim}, 1, device, dtype));
    k = Variable::Leaf(RandomTensor({batch, length, kv_heads, dim}, 2, device, dtype));
    v = Variable::Leaf(RandomTensor({batch, length, kv_heads, dim}, 3, device, dtype));
    product_flop = static_cast<double>(batch * heads * length * (length + 1) * dim);
  }

  Device device;
  Variable q, k, v;
  double product_flop;  // of one product: 2 d S (S + 1) / 2 for each head
};

benchmark::Counter Rate(const benchmark::State& state, double flop) {
  return benchmark::Counter(flop * static_cast<double>(state.iterations()),
                            benchmark::Counter::kIsRate);
}

void BM_Forward(benchmark::State& state) {
  const Problem problem(state);
  for (auto _ : state) {
    Attention(problem.q, problem.k, problem.v);
    Stream::Compute(problem.device).Synchronize();
  }
  state.counters["flop"] = Rate(state, 2 * problem.product_flop);
}

void BM_ForwardBackward(benchmark::State& state) {
  const Problem problem(state);
  const Tensor dout = problem.q.value().Clone();
  for (auto _ : state) {
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(Attention(problem.q, problem.k, problem.v), dout);
    for (const Variable& x : {problem.q, problem.k, problem.v}) x.gradient()->Clear();
    Stream::Compute(problem.device).Synchronize();
  }
  state.counters["flop"] = Rate(state, 7 * problem.product_flop);
}

void Sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->UseRealTime()->ArgNames({"B", "S", "H", "KV", "d"});
  benchmark->Args({4, 256, 8, 8, 64})->Args({4, 1024, 8, 4, 64});
  if (AvailableDevices().size() > 1) {
    benchmark->Args({8, 2048, 16, 16, 64})->Args({8, 2048, 16, 8, 128});
  }
}

BENCHMARK(BM_Forward)->Apply(Sizes);
BENCHMARK(BM_ForwardBackward)->Apply(Sizes);

}  // namespace
}  // namespace mneme
