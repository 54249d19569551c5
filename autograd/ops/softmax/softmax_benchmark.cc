// Elements a second of softmax: the memory layer's scores, and rows of a vocabulary's size.

#include <benchmark/benchmark.h>

#include "autograd/core/tape.h"
#include "autograd/ops/softmax/softmax.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

void BM_Forward(benchmark::State& state) {
  const Variable x(RandomTensor({state.range(0), state.range(1)}, 1));
  for (auto _ : state) benchmark::DoNotOptimize(Softmax(x).value().raw());
  state.SetItemsProcessed(state.iterations() * x.value().numel());
}

void BM_ForwardBackward(benchmark::State& state) {
  const Variable x = Variable::Leaf(RandomTensor({state.range(0), state.range(1)}, 1));
  const Tensor dout = RandomTensor({state.range(0), state.range(1)}, 2);
  for (auto _ : state) {
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(Softmax(x), dout);
    benchmark::DoNotOptimize(x.gradient()->Take().raw());
  }
  state.SetItemsProcessed(state.iterations() * x.value().numel());
}

BENCHMARK(BM_Forward)->Args({16384, 32})->Args({256, 32768})->UseRealTime();
BENCHMARK(BM_ForwardBackward)->Args({16384, 32})->Args({256, 32768})->UseRealTime();

}  // namespace
}  // namespace mneme
