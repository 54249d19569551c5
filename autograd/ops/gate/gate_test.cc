#include "autograd/ops/gate/gate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/testing/gradient_check.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

void CheckGate(int64_t rows, int64_t columns, float input_scale = 1.0f) {
  CheckOp(
      {{rows, columns}, {rows, 1}}, [](const auto& in) { return Gate(in[0], in[1]); },
      [=](const auto& in) {
        auto out = in[0];
        for (int64_t i = 0; i < rows * columns; ++i) {
          out[i] = in[0][i] / (1.0 + exp(-in[1][i / columns]));
        }
        return out;
      },
      {.sum_length = columns, .input_scale = input_scale});
}

TEST(GateTest, MatchesReference) {
  CheckGate(0, 3);
  CheckGate(1, 1);
  CheckGate(3, 16);
  CheckGate(13, 7);
  CheckGate(5, 33);
  CheckGate(2, 131);
  CheckGate(1, 2051);
  CheckGate(11, 5, 8.0f);  // gates near 0 and 1
}

TEST(GateTest, ClosedAndOpen) {
  for (Device device : AvailableDevices()) {
    const Variable x(Tensor::From<float>({2, 1, 2}, {1, 2, 3, 4}, device));
    const Variable gate(Tensor::From<float>({2, 1, 1}, {-1000, 1000}, device));
    const Tensor out = Gate(x, gate).value();
    EXPECT_EQ(out.shape(), Shape({2, 1, 2}));
    EXPECT_EQ(out.ToVector<float>(), (std::vector<float>{0, 0, 3, 4}));
  }
}

TEST(GateTest, MoreRowsThanAGridHasWarps) {
  constexpr int64_t kRows = 20011, kColumns = 3;
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(RandomTensor({kRows, kColumns}, 1, device));
    const Variable gate = Variable::Leaf(RandomTensor({kRows, 1}, 2, device));
    const std::vector<float> xs = x.value().ToVector<float>();
    const std::vector<float> gates = gate.value().ToVector<float>();
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Gate(x, gate);
    const std::vector<float> outs = out.value().ToVector<float>();
    tape.Backward(out, x.value());
    const std::vector<float> dgates = gate.gradient()->tensor().ToVector<float>();
    for (int64_t r = 0; r < kRows; ++r) {
      const double s = 1.0 / (1.0 + std::exp(-static_cast<double>(gates[r])));
      double dgate = 0.0;
      for (int64_t i = r * kColumns; i < (r + 1) * kColumns; ++i) {
        ASSERT_TRUE(std::abs(outs[i] - s * xs[i]) <= 1e-6) << device.name() << " row " << r;
        dgate += s * (1.0 - s) * xs[i] * xs[i];
      }
      ASSERT_TRUE(std::abs(dgates[r] - dgate) <= 1e-6) << device.name() << " row " << r;
    }
  }
}

TEST(GateTest, ConstantInputsGetNoGradient) {
  for (Device device : AvailableDevices()) {
    const Variable x = Variable::Leaf(RandomTensor({3, 5}, 1, device));
    const Variable gate = Variable::Leaf(RandomTensor({3, 1}, 2, device));
    const Tensor dout = RandomTensor({3, 5}, 3, device);
    Tape tape;
    TapeScope scope(&tape);
    tape.Backward(Gate(x, gate), dout);
    const Variable only_x = Variable::Leaf(x.value()), only_gate = Variable::Leaf(gate.value());
    tape.Backward(Gate(only_x, Variable(gate.value())), dout);
    tape.Backward(Gate(Variable(x.value()), only_gate), dout);
    EXPECT_EQ(only_x.gradient()->tensor().ToVector<float>(),
              x.gradient()->tensor().ToVector<float>());
    EXPECT_EQ(only_gate.gradient()->tensor().ToVector<float>(),
              gate.gradient()->tensor().ToVector<float>());
  }
}

TEST(GateTest, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<float>> first;
  for (int threads : {1, 2, 5}) {
    SetNumThreads(threads);
    const Variable x = Variable::Leaf(RandomTensor({1009, 101}, 1));
    const Variable gate = Variable::Leaf(RandomTensor({1009, 1}, 2));
    Tape tape;
    TapeScope scope(&tape);
    const Variable out = Gate(x, gate);
    tape.Backward(out, RandomTensor({1009, 101}, 3));
    const std::vector<std::vector<float>> results = {out.value().ToVector<float>(),
                                                     x.gradient()->tensor().ToVector<float>(),
                                                     gate.gradient()->tensor().ToVector<float>()};
    if (first.empty()) first = results;
    EXPECT_TRUE(results == first) << threads << " threads";
  }
  SetNumThreads(0);
}

TEST(GateDeathTest, NamesWhatDisagrees) {
  const Variable x(RandomTensor({2, 3}, 1));
  EXPECT_DEATH(Gate(x, x), R"(gate of \[2, 3\] by \[2, 3\])");
  EXPECT_DEATH(Gate(x, Variable(RandomTensor({3, 1}, 1))), R"(gate of \[2, 3\] by \[3, 1\])");
  EXPECT_DEATH(Gate(x, Variable(RandomTensor({2, 1}, 1, Device::Cpu(), DType::kF16))),
               "gate of f32 by f16");
}

}  // namespace
}  // namespace mneme
