#include "memory_layer/value_store/host_value_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <vector>

#include "memory_layer/value_store/mapped_memory.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

const SparseAdamArgs kAdam = {.lr = 0.01, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8};

std::unique_ptr<HostValueStore> Store(const std::string& name, int64_t n_rows, int64_t dim) {
  auto store = HostValueStore::Create(name, n_rows, dim);
  CHECK(store.ok()) << store.status();
  return *std::move(store);
}

std::shared_ptr<const PickPlan> Plan(const std::vector<int64_t>& ids, int64_t n_rows) {
  return std::make_shared<PickPlan>(
      Tensor::From<int64_t>({1, static_cast<int64_t>(ids.size())}, ids), n_rows);
}

// Adds a random gradient for these picks to the store, and to `sums` what each row gets.
void AddRandomGradient(HostValueStore* store, const std::vector<int64_t>& ids, uint64_t seed,
                       std::map<int64_t, std::vector<float>>* sums) {
  const auto plan = Plan(ids, store->n_rows());
  const int64_t dim = store->dim();
  const Tensor gradients = RandomTensor({plan->sorted().max_unique, dim}, seed);
  store->AddGradient(plan, gradients);
  const std::vector<int64_t> rows = plan->sorted().unique_rows.ToVector<int64_t>();
  for (int64_t i = 0; i < gradients.numel(); ++i) {
    auto& sum = (*sums)[rows[i / dim]];
    sum.resize(dim);
    sum[i % dim] += gradients.data<float>()[i];
  }
}

TEST(HostValueStoreTest, RowsDependOnSeedNameAndRowAlone) {
  const auto values = [](HostValueStore* store) { return store->State()[0].tensor; };
  const auto whole = Store("a", 1000, 33), pieces = Store("a", 700, 33),
             other = Store("b", 700, 33);
  whole->Initialise(5);
  other->Initialise(5);
  pieces->InitialiseRows(5, 300, 700);
  pieces->InitialiseRows(5, 0, 300);
  EXPECT_EQ(values(pieces.get()).ToVector<float>(),
            values(whole.get()).Slice(0, 700).ToVector<float>());
  EXPECT_NE(values(pieces.get()).ToVector<float>(), values(other.get()).ToVector<float>());
  double square = 0.0;
  for (float v : values(whole.get()).ToVector<float>()) square += double{v} * v;
  EXPECT_NEAR(square / 1000, 1.0, 0.02);  // a row of std dim^-1/2 has length 1
}

TEST(HostValueStoreTest, StagesItsOwnTable) {
  const auto store = Store("a", 5, 2);
  const StagedRows staged = store->Stage(*Plan({3, 0, 3}, 5));
  EXPECT_EQ(staged.rows.raw(), store->State()[0].tensor.raw());
  EXPECT_EQ(staged.index.ToVector<int64_t>(), (std::vector<int64_t>{3, 0, 3}));
}

// Contributions of layers and micro-batches are summed: norm and update see the sum.
TEST(HostValueStoreTest, SumsContributions) {
  for (int contributions : {1, 2, 7, 8, 9, 20}) {
    const auto store = Store("a", 50, 7);
    std::map<int64_t, std::vector<float>> sums;
    for (int i = 0; i < contributions; ++i) {
      AddRandomGradient(store.get(), RandomIds(1 + i % 3 * 10, 50, i), i, &sums);
    }
    double square = 0.0;
    for (const auto& [row, sum] : sums) {
      for (float v : sum) square += double{v} * v;
    }
    const Tensor total = Tensor::From<float>({}, {1.0f});
    store->AddSquaredGradientNorm(total);
    EXPECT_NEAR(*total.data<float>(), 1.0 + square, 1e-6 * square);
    store->Update(kAdam);
    EXPECT_EQ(store->LastTouchedRows(), sums.size());
    // The first update's first moment is a tenth of the gradient.
    const std::vector<float> exp_avg = store->State()[1].tensor.ToVector<float>();
    for (int64_t i = 0; i < 50 * 7; ++i) {
      const auto found = sums.find(i / 7);
      const float gradient = found == sums.end() ? 0.0f : found->second[i % 7];
      ASSERT_TRUE(std::abs(exp_avg[i] - 0.1f * gradient) <= 1e-6f * std::abs(gradient)) << i;
    }
  }
}

TEST(HostValueStoreTest, CountsEveryUpdateAndDropsGradients) {
  const auto store = Store("a", 5, 2);
  store->Update(kAdam);  // nothing picked
  EXPECT_EQ(store->step_count(), 1);
  EXPECT_EQ(store->LastTouchedRows(), 0);
  store->AddGradient(Plan({1}, 5), Tensor::From<float>({1, 2}, {1, 1}));
  store->Update(kAdam);
  const std::vector<float> once = store->State()[0].tensor.ToVector<float>();
  // Bias correction of step 2 on moments of one gradient: 0.1 / (1 - 0.81) over the root of
  // 0.05 / (1 - 0.9025).
  EXPECT_NEAR(once[2], -0.01 * (0.1 / 0.19) / std::sqrt(0.05 / 0.0975), 1e-7);
  store->AddGradient(Plan({2}, 5), Tensor::From<float>({1, 2}, {1, 1}));
  store->ClearGradients();
  const Tensor total = Tensor::Zeros({}, DType::kF32, Device::Cpu());
  store->AddSquaredGradientNorm(total);
  EXPECT_EQ(*total.data<float>(), 0.0f);
  store->Update(kAdam);
  EXPECT_EQ(store->State()[0].tensor.ToVector<float>(), once);
  EXPECT_EQ(store->step_count(), 3);
}

// Another store that is given the state goes on with the same bits.
TEST(HostValueStoreTest, StateRestores) {
  const auto store = Store("layers.1.values.weight", 40, 3), copy = Store("x", 40, 3);
  store->Initialise(1);
  std::map<int64_t, std::vector<float>> sums;
  const auto step = [&](HostValueStore* s, uint64_t seed) {
    AddRandomGradient(s, RandomIds(30, 40, seed), seed, &sums);
    s->Update(kAdam);
  };
  for (uint64_t seed : {1, 2, 3}) step(store.get(), seed);
  const auto state = store->State();
  EXPECT_EQ(state[0].name, "layers.1.values.weight");
  EXPECT_EQ(state[1].name, "layers.1.values.weight.exp_avg");
  EXPECT_EQ(state[2].name, "layers.1.values.weight.exp_avg_sq");
  for (int i = 0; i < 3; ++i) copy->State()[i].tensor.CopyFromHost(state[i].tensor.raw());
  copy->FinishRestore(store->step_count());
  step(store.get(), 4);
  step(copy.get(), 4);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(copy->State()[i].tensor.ToVector<float>(), state[i].tensor.ToVector<float>());
  }
}

TEST(HostValueStoreTest, SameBitsForAnyNumberOfThreads) {
  std::vector<float> first;
  for (int threads : {1, 2, 7}) {
    SetNumThreads(threads);
    const auto store = Store("a", 3000, 31);
    store->Initialise(1);
    std::map<int64_t, std::vector<float>> sums;
    for (int i = 0; i < 3; ++i) AddRandomGradient(store.get(), RandomIds(4000, 3000, i), i, &sums);
    SparseAdamArgs args = kAdam;
    args.gradient_scale = Tensor::Zeros({}, DType::kF32, Device::Cpu());
    store->AddSquaredGradientNorm(args.gradient_scale);
    store->Update(args);
    if (first.empty()) first = store->State()[0].tensor.ToVector<float>();
    EXPECT_EQ(store->State()[0].tensor.ToVector<float>(), first);
  }
  SetNumThreads(0);
}

TEST(HostValueStoreTest, BytesCountTableAndMoments) {
  EXPECT_EQ(ValueStoreBytes(int64_t{64000000}, 128), int64_t{98304000000});
}

TEST(HostValueStoreTest, AbsurdSizesAreRefused) {
  const auto store = HostValueStore::Create("a table", int64_t{1} << 44, 1 << 10);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(std::string(store.status().message()).find("bytes for a table"), std::string::npos);
}

}  // namespace
}  // namespace mneme
