// Tables of more than 2^31 and 2^32 elements, as address ranges: only the rows that the test
// touches take memory. Rows must not be mistaken for those where an index cut to 32 bits would
// point.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <memory>
#include <vector>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/value_store/host_value_store.h"
#include "memory_layer/value_store/memory_check.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr int64_t kDim = 65;
constexpr int64_t kBytesTouched = int64_t{1} << 30;  // many huge pages more than needed

class LargeTableTest : public testing::TestWithParam<int64_t> {};

TEST_P(LargeTableTest, LastRowsAreReadDifferentiatedAndUpdated) {
  const int64_t n_rows = GetParam();
  if (!CheckFitsInMemory(kBytesTouched, "the test").ok()) {
    GTEST_SKIP() << "too little memory for " << MemorySizeString(kBytesTouched);
  }
  auto created = HostValueStore::Create("large", n_rows, kDim);
  if (!created.ok()) GTEST_SKIP() << created.status();
  HostValueStore& store = **created;
  // Two tokens, three picks each.
  const std::vector<int64_t> ids = {n_rows - 1, 0, n_rows - 1, n_rows - 2, 1, n_rows - 3};
  for (int64_t row : ids) store.InitialiseRows(1, row, row + 1);
  const Tensor table = store.State()[0].tensor;
  const auto value = [&](int64_t row, int64_t c) { return table.data<float>()[row * kDim + c]; };
  ASSERT_NE(value(n_rows - 1, kDim - 1), value(0, kDim - 1));
  const auto plan = std::make_shared<PickPlan>(Tensor::From<int64_t>({2, 3}, ids), n_rows);
  const Variable weights = Variable::Leaf(RandomTensor({2, 3}, 1));
  const float* w = weights.value().data<float>();

  Tape tape;
  TapeScope scope(&tape);
  const Variable out = WeightedRowSum(&store, plan, weights, DType::kF32);
  for (int64_t i = 0; i < 2 * kDim; ++i) {
    const int64_t t = i / kDim, c = i % kDim;
    double expected = 0.0;
    for (int64_t p = 3 * t; p < 3 * t + 3; ++p) expected += double{w[p]} * value(ids[p], c);
    ASSERT_TRUE(std::abs(out.value().data<float>()[i] - expected) <= 1e-6) << i;
  }
  const Tensor dout = RandomTensor({2, kDim}, 2);
  const float* d = dout.data<float>();
  tape.Backward(out, dout);
  for (int64_t p = 0; p < 6; ++p) {
    double expected = 0.0;
    for (int64_t c = 0; c < kDim; ++c) expected += double{d[p / 3 * kDim + c]} * value(ids[p], c);
    ASSERT_TRUE(std::abs(weights.gradient()->tensor().data<float>()[p] - expected) <= 1e-5) << p;
  }
  store.InitialiseRows(1, n_rows - 4, n_rows - 3);  // a neighbour that nobody picked
  const float picked = value(n_rows - 1, 64), neighbour = value(n_rows - 4, 64);
  store.Update({.lr = 0.1, .beta1 = 0.9, .beta2 = 0.99, .epsilon = 1e-8});
  EXPECT_EQ(store.LastTouchedRows(), 5);
  // The first step of Adam moves by lr against the gradient's sign.
  const float gradient = (w[0] + w[2]) * d[64];
  EXPECT_NEAR(value(n_rows - 1, 64), picked - std::copysign(0.1f, gradient), 1e-5);
  EXPECT_EQ(value(n_rows - 4, 64), neighbour);
  const float* exp_avg = store.State()[1].tensor.data<float>();
  EXPECT_NEAR(exp_avg[(n_rows - 1) * kDim + 64], 0.1f * gradient, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Elements, LargeTableTest,
                         testing::Values((int64_t{1} << 25) + 3,    // > 2^31 elements
                                         (int64_t{1} << 26) + 3));  // > 2^32 elements

}  // namespace
}  // namespace mneme
