// What every value store promises, wherever its rows lie.

#include "memory_layer/value_store/value_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "memory_layer/testing/adam_args.h"
#include "memory_layer/value_store/host_value_store.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/fill/fill.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

using Factory =
    std::function<std::unique_ptr<ValueStore>(const std::string&, int64_t n_rows, int64_t dim)>;

template <typename Created>
std::unique_ptr<ValueStore> Checked(Created created) {
  CHECK(created.ok()) << created.status();
  return *std::move(created);
}

// Stores that compute in f32 throughout.
std::vector<std::pair<std::string, Factory>> Kinds() {
  std::vector<std::pair<std::string, Factory>> kinds;
  for (Device device : AvailableDevices()) {
    kinds.emplace_back(std::string("resident on ") + device.name(),
                       [=](const std::string& name, int64_t n_rows, int64_t dim) {
                         return Checked(ResidentValueStore::Create(name, n_rows, dim, device));
                       });
    kinds.emplace_back(std::string("on the host for ") + device.name(),
                       [=](const std::string& name, int64_t n_rows, int64_t dim) {
                         return Checked(HostValueStore::Create(
                             name, n_rows, dim, device,
                             {.rows_dtype = DType::kF32, .gradients_dtype = DType::kF32}));
                       });
  }
  return kinds;
}

void ForEachKind(const std::function<void(const Factory&)>& test) {
  for (const auto& [name, create] : Kinds()) {
    SCOPED_TRACE(name);
    test(create);
  }
}

std::shared_ptr<const PickPlan> Plan(const std::vector<int64_t>& ids, const ValueStore& store) {
  return std::make_shared<PickPlan>(
      Tensor::From<int64_t>({1, static_cast<int64_t>(ids.size())}, ids, store.device()),
      store.n_rows());
}

std::vector<float> StateOf(ValueStore* store, int i) {
  return store->State()[i].tensor.ToVector<float>();
}

// Adds a random gradient for these picks to the store, and to `sums` what each row gets.
void AddRandomGradient(ValueStore* store, const std::vector<int64_t>& ids, uint64_t seed,
                       std::map<int64_t, std::vector<float>>* sums) {
  const auto plan = Plan(ids, *store);
  const int64_t dim = store->dim(), max_unique = plan->sorted().max_unique;
  const int64_t count = plan->sorted().unique_count.ToVector<int64_t>()[0];
  std::vector<float> gradients = RandomFloats(count * dim, seed);
  gradients.resize(max_unique * dim, NAN);  // what nobody may look at
  store->AddGradient(plan, Tensor::From<float>({max_unique, dim}, gradients, store->device()));
  const std::vector<int64_t> rows = plan->sorted().unique_rows.ToVector<int64_t>();
  for (int64_t i = 0; i < count * dim; ++i) {
    auto& sum = (*sums)[rows[i / dim]];
    sum.resize(dim);
    sum[i % dim] += gradients[i];
  }
}

TEST(ValueStoreTest, RowsDependOnSeedNameAndRowAlone) {
  const auto owner = Checked(ResidentValueStore::Create("a", 1000, 33));
  ValueStore& expected = *owner;
  expected.Initialise(5);
  double square = 0.0;
  for (float v : StateOf(&expected, 0)) square += double{v} * v;
  EXPECT_NEAR(square / 1000, 1.0, 0.02);  // a row of std dim^-1/2 has length 1
  ForEachKind([&](const Factory& create) {
    const auto store = create("a", 700, 33), other = create("b", 700, 33);
    store->Initialise(5);
    other->Initialise(5);
    EXPECT_EQ(StateOf(store.get(), 0), expected.State()[0].tensor.Slice(0, 700).ToVector<float>());
    EXPECT_NE(StateOf(other.get(), 0), StateOf(store.get(), 0));
  });
}

TEST(ValueStoreTest, StagesTheRowsOfThePlan) {
  ForEachKind([](const Factory& create) {
    const auto store = create("a", 50, 7);
    store->Initialise(1);
    const std::vector<int64_t> ids = {3, 0, 3, 49, 17};
    const StagedRows staged = store->Stage(*Plan(ids, *store));
    const std::vector<int64_t> index = staged.index.ToVector<int64_t>();
    const int64_t n_staged = 1 + *std::max_element(index.begin(), index.end());
    const std::vector<float> rows = staged.rows.Slice(0, n_staged).ToVector<float>();
    const std::vector<float> table = StateOf(store.get(), 0);
    ASSERT_EQ(index.size(), ids.size());
    for (int64_t i = 0; i < 5 * 7; ++i) {
      EXPECT_EQ(rows[index[i / 7] * 7 + i % 7], table[ids[i / 7] * 7 + i % 7]);
    }
  });
}

void CheckContributions(ValueStore* store, int contributions) {
  std::map<int64_t, std::vector<float>> sums;
  for (int i = 0; i < contributions; ++i) {
    AddRandomGradient(store, RandomIds(1 + i % 3 * 10, 50, i), i, &sums);
  }
  double square = 0.0;
  for (const auto& [row, sum] : sums) {
    for (float v : sum) square += double{v} * v;
  }
  const Tensor total = Tensor::From<float>({}, {1.0f}, store->device());
  store->AddSquaredGradientNorm(total);
  EXPECT_NEAR(total.ToVector<float>()[0], 1.0 + square, 1e-6 * square);
  EXPECT_EQ(store->SummedGradient().count.ToVector<int64_t>()[0], sums.size());
  store->Update(AdamArgs(1, store->device()));
  EXPECT_EQ(store->LastTouchedRows(), sums.size());
  // The first update's first moment is a tenth of the gradient.
  const std::vector<float> exp_avg = StateOf(store, 1);
  for (int64_t i = 0; i < 50 * 7; ++i) {
    const auto found = sums.find(i / 7);
    const float gradient = found == sums.end() ? 0.0f : found->second[i % 7];
    ASSERT_TRUE(std::abs(exp_avg[i] - 0.1f * gradient) <= 1e-6f * std::abs(gradient)) << i;
  }
}

// Contributions of layers and micro-batches are summed: norm and update see the sum.
TEST(ValueStoreTest, SumsContributions) {
  ForEachKind([](const Factory& create) {
    for (int contributions : {1, 2, 7, 8, 9, 20}) {
      CheckContributions(create("a", 50, 7).get(), contributions);
    }
  });
}

TEST(ValueStoreTest, UpdatesOnceAndDropsGradients) {
  ForEachKind([](const Factory& create) {
    const auto store = create("a", 5, 2);
    Fill(store->State()[0].tensor, 0.0);
    store->FinishRestore();
    const auto ones = Tensor::From<float>({1, 2}, {1, 1}, store->device());
    store->Update(AdamArgs(1, store->device()));  // nothing picked
    EXPECT_EQ(store->LastTouchedRows(), 0);
    store->AddGradient(Plan({1}, *store), ones);
    store->Update(AdamArgs(2, store->device()));
    const std::vector<float> once = StateOf(store.get(), 0);
    // Bias correction of step 2 on moments of one gradient: 0.1 / (1 - 0.81) over the root of
    // 0.05 / (1 - 0.9025).
    EXPECT_NEAR(once[2], -0.01 * (0.1 / 0.19) / std::sqrt(0.05 / 0.0975), 1e-7);
    store->AddGradient(Plan({2}, *store), ones);
    store->ClearGradients();
    const Tensor total = Tensor::Zeros({}, DType::kF32, store->device());
    store->AddSquaredGradientNorm(total);
    EXPECT_EQ(total.ToVector<float>()[0], 0.0f);
    store->Update(AdamArgs(3, store->device()));
    EXPECT_EQ(StateOf(store.get(), 0), once);
    EXPECT_EQ(store->LastTouchedRows(), 0);
  });
}

// Another store that is given the state goes on with the same bits.
TEST(ValueStoreTest, StateRestores) {
  ForEachKind([](const Factory& create) {
    const auto store = create("layers.1.values.weight", 40, 3), copy = create("x", 40, 3);
    store->Initialise(1);
    std::map<int64_t, std::vector<float>> sums;
    const auto step = [&](ValueStore* s, uint64_t seed) {
      AddRandomGradient(s, RandomIds(30, 40, seed), seed, &sums);
      s->Update(AdamArgs(seed, s->device()));
    };
    for (uint64_t seed : {1, 2, 3}) step(store.get(), seed);
    const auto state = store->State();
    EXPECT_EQ(state[0].name, "layers.1.values.weight");
    EXPECT_EQ(state[1].name, "layers.1.values.weight.exp_avg");
    EXPECT_EQ(state[2].name, "layers.1.values.weight.exp_avg_sq");
    for (int i = 0; i < 3; ++i) {
      copy->State()[i].tensor.CopyFromHost(StateOf(store.get(), i).data());
    }
    copy->FinishRestore();
    step(store.get(), 4);
    step(copy.get(), 4);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(StateOf(copy.get(), i), StateOf(store.get(), i));
  });
}

// Runs three steps of several contributions, with a scale; returns the values.
std::vector<float> RunSteps(ValueStore* store) {
  store->Initialise(1);
  std::map<int64_t, std::vector<float>> sums;
  for (uint64_t step = 0; step < 3; ++step) {
    for (uint64_t i = 0; i < 3; ++i) {
      AddRandomGradient(store, RandomIds(4000, 3000, 3 * step + i), i, &sums);
    }
    store->Update(AdamArgs(step + 1, store->device(), 0.3));
  }
  return StateOf(store, 0);
}

TEST(ValueStoreTest, SameBitsForAnyNumberOfThreads) {
  ForEachKind([](const Factory& create) {
    std::vector<float> first;
    for (int threads : {1, 2, 7}) {
      SetNumThreads(threads);
      const auto store = create("a", 3000, 31);
      const std::vector<float> values = RunSteps(store.get());
      if (first.empty()) first = values;
      EXPECT_EQ(values, first);
    }
    SetNumThreads(0);
  });
}

// CPU and GPU may fuse different products and sums.
TEST(ValueStoreTest, KindsAgree) {
  const auto expected = Checked(ResidentValueStore::Create("a", 3000, 32));
  const std::vector<float> values = RunSteps(expected.get());
  ForEachKind([&](const Factory& create) {
    const std::vector<float> got = RunSteps(create("a", 3000, 32).get());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(std::abs(got[i] - values[i]) <= 1e-6) << i << ": " << got[i];
    }
  });
}

}  // namespace
}  // namespace mneme
