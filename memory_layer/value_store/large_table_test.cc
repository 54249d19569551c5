// Tables of more than 2^31 and 2^32 elements. In host memory they are address ranges: only the rows
// that the test touches take memory. Rows must not be mistaken for those where an index cut to 32
// bits would point.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/memory_check.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/devices.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kDim = 65;
constexpr int64_t kBytesTouched = int64_t{1} << 30;  // many huge pages more than needed

// Whether there is room for a table; on a GPU, for all of it.
absl::Status CheckRoom(int64_t n_rows, Device device) {
  if (device.is_cpu()) return CheckFitsInMemory(kBytesTouched, "the test");
  return CheckFitsOnGpu(ResidentValueStore::BytesNeeded(n_rows, kDim), "the test");
}

// Element (row, column) of a table.
float At(const Tensor& table, int64_t row, int64_t column) {
  return table.Slice(row, row + 1).ToVector<float>()[column];
}

class LargeTableTest : public testing::TestWithParam<int64_t> {};

void CheckLastRows(int64_t n_rows, Device device) {
  auto created = ResidentValueStore::Create("large", n_rows, kDim, device);
  if (!created.ok()) GTEST_SKIP() << created.status();
  ResidentValueStore& store = **created;
  // Two tokens, three picks each.
  const std::vector<int64_t> ids = {n_rows - 1, 0, n_rows - 1, n_rows - 2, 1, n_rows - 3};
  for (int64_t row : ids) store.InitialiseRows(1, row, row + 1);
  const Tensor table = store.State()[0].tensor;
  ASSERT_NE(At(table, n_rows - 1, kDim - 1), At(table, 0, kDim - 1));
  const auto plan = std::make_shared<PickPlan>(Tensor::From<int64_t>({2, 3}, ids, device), n_rows);
  const Variable weights = Variable::Leaf(RandomTensor({2, 3}, 1, device));
  const std::vector<float> w = weights.value().ToVector<float>();

  Tape tape;
  TapeScope scope(&tape);
  const Variable out = WeightedRowSum(&store, plan, weights, DType::kF32);
  const std::vector<float> got = out.value().ToVector<float>();
  for (int64_t i = 0; i < 2 * kDim; ++i) {
    const int64_t t = i / kDim, c = i % kDim;
    double expected = 0.0;
    for (int64_t p = 3 * t; p < 3 * t + 3; ++p) expected += double{w[p]} * At(table, ids[p], c);
    ASSERT_TRUE(std::abs(got[i] - expected) <= 1e-6) << i;
  }
  const Tensor dout = RandomTensor({2, kDim}, 2, device);
  const std::vector<float> d = dout.ToVector<float>();
  tape.Backward(out, dout);
  const std::vector<float> dweights = weights.gradient()->tensor().ToVector<float>();
  for (int64_t p = 0; p < 6; ++p) {
    double expected = 0.0;
    for (int64_t c = 0; c < kDim; ++c) {
      expected += double{d[p / 3 * kDim + c]} * At(table, ids[p], c);
    }
    ASSERT_TRUE(std::abs(dweights[p] - expected) <= 1e-5) << p;
  }
  store.InitialiseRows(1, n_rows - 4, n_rows - 3);  // a neighbour that nobody picked
  const float picked = At(table, n_rows - 1, 64), neighbour = At(table, n_rows - 4, 64);
  store.Update({.lr = 0.1,
                .beta1 = 0.9,
                .beta2 = 0.99,
                .epsilon = 1e-8,
                .factors = MakeAdamFactors(1.0, 0.9, 0.99, 1, device)});
  EXPECT_EQ(store.LastTouchedRows(), 5);
  // The first step of Adam moves by lr against the gradient's sign.
  const float gradient = (w[0] + w[2]) * d[64];
  EXPECT_NEAR(At(table, n_rows - 1, 64), picked - std::copysign(0.1f, gradient), 1e-5);
  EXPECT_EQ(At(table, n_rows - 4, 64), neighbour);
  EXPECT_NEAR(At(store.State()[1].tensor, n_rows - 1, 64), 0.1f * gradient, 1e-6);
}

TEST_P(LargeTableTest, LastRowsAreReadDifferentiatedAndUpdated) {
  for (Device device : AvailableDevices()) {
    SCOPED_TRACE(device.name());
    const absl::Status room = CheckRoom(GetParam(), device);
    if (!room.ok()) GTEST_SKIP() << room;
    CheckLastRows(GetParam(), device);
  }
}

INSTANTIATE_TEST_SUITE_P(Elements, LargeTableTest,
                         testing::Values((int64_t{1} << 25) + 3,    // > 2^31 elements
                                         (int64_t{1} << 26) + 3));  // > 2^32 elements

}  // namespace
}  // namespace mneme
