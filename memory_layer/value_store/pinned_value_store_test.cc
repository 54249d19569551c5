#include "memory_layer/value_store/pinned_value_store.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

const SparseAdamArgs kAdam = {.lr = 0.01, .beta1 = 0.9, .beta2 = 0.95, .epsilon = 1e-8};
constexpr PinnedValueStore::Options kExact = {.rows_dtype = DType::kF32,
                                              .gradients_dtype = DType::kF32};

std::unique_ptr<PinnedValueStore> Store(int64_t n_rows, int64_t dim, Device device,
                                        const PinnedValueStore::Options& options = {}) {
  auto store = PinnedValueStore::Create("table", n_rows, dim, device, options);
  CHECK(store.ok()) << store.status();
  (*store)->Initialise(1);
  return *std::move(store);
}

std::shared_ptr<const PickPlan> RandomPlan(int64_t tokens, int64_t picks, uint64_t seed,
                                           const ValueStore& store) {
  return std::make_shared<PickPlan>(
      Tensor::From<int64_t>({tokens, picks}, RandomIds(tokens * picks, store.n_rows(), seed),
                            store.device()),
      store.n_rows());
}

std::vector<float> Values(PinnedValueStore* store) {
  return store->State()[0].tensor.ToVector<float>();
}

std::vector<float> Wide(const Tensor& x) { return Cast(x, DType::kF32).ToVector<float>(); }

// Expects the picked rows in bf16 of what the values are now.
void ExpectStaged(PinnedValueStore* store, uint64_t seed) {
  const auto plan = RandomPlan(20, 5, seed, *store);
  const StagedRows staged = store->Stage(*plan);
  EXPECT_EQ(staged.rows.dtype(), DType::kBF16);
  const std::vector<float> rows = Wide(staged.rows);
  const std::vector<float> table = Wide(Cast(store->State()[0].tensor, DType::kBF16));
  const std::vector<int64_t> index = staged.index.ToVector<int64_t>();
  const std::vector<int64_t> ids = plan->rows().ToVector<int64_t>();
  const int64_t dim = store->dim();
  for (size_t i = 0; i < ids.size() * dim; ++i) {
    ASSERT_EQ(rows[index[i / dim] * dim + i % dim], table[ids[i / dim] * dim + i % dim]) << i;
  }
}

// One training step of a layer: read, backward, update. Returns the output.
Tensor Step(ValueStore* store, uint64_t seed) {
  const auto plan = RandomPlan(300, 7, seed, *store);
  const Variable weights = Variable::Leaf(RandomTensor({300, 7}, seed, store->device()));
  Tape tape;
  TapeScope scope(&tape);
  const Variable out = WeightedRowSum(store, plan, weights, DType::kF32);
  tape.Backward(out, RandomTensor(out.value().shape(), seed + 1, store->device()));
  store->Update(kAdam);
  return out.value();
}

TEST(PinnedValueStoreTest, StagesWhatUpdatesLeave) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(1000, 24, device);
    ExpectStaged(store.get(), 1);
    for (uint64_t seed : {1, 2, 3}) {
      Step(store.get(), seed);
      ExpectStaged(store.get(), seed);
    }
  }
}

// The host goes on while rows are updated; whatever it asks for next waits.
TEST(PinnedValueStoreTest, StepsThatFollowEachOtherAtOnce) {
  for (Device device : AvailableDevices()) {
    const auto resident = *ResidentValueStore::Create("table", 3000, 40, device);
    resident->Initialise(1);
    const auto pinned = Store(3000, 40, device, kExact);
    std::vector<Tensor> expected, got;
    for (uint64_t seed = 0; seed < 20; ++seed) expected.push_back(Step(resident.get(), seed));
    for (uint64_t seed = 0; seed < 20; ++seed) got.push_back(Step(pinned.get(), seed));
    for (size_t i = 0; i < got.size(); ++i) {
      const std::vector<float> a = got[i].ToVector<float>(), b = expected[i].ToVector<float>();
      for (size_t c = 0; c < a.size(); ++c) {
        ASSERT_TRUE(std::abs(a[c] - b[c]) <= 2e-5) << device.name() << ", step " << i;
      }
    }
  }
}

// Two runs give the same bits, whenever chunks arrive.
TEST(PinnedValueStoreTest, SameBitsEveryTime) {
  for (Device device : AvailableDevices()) {
    std::vector<std::vector<float>> runs;
    for (int run = 0; run < 2; ++run) {
      const auto store = Store(2000, 33, device);
      for (uint64_t seed = 0; seed < 10; ++seed) Step(store.get(), seed);
      runs.push_back(Values(store.get()));
    }
    EXPECT_TRUE(runs[0] == runs[1]) << device.name();
  }
}

// More rows than a chunk of gradients holds, so that several rounds of chunks are under way.
TEST(PinnedValueStoreTest, ManyChunks) {
  const int64_t dim = 1 << 21, n_rows = 19;  // a chunk holds four rows of bf16
  for (Device device : AvailableDevices()) {
    const auto store = Store(n_rows, dim, device);
    const auto plan = std::make_shared<PickPlan>(
        Tensor::From<int64_t>(
            {1, 18}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}, device),
        n_rows);
    const Tensor gradients = RandomTensor({18, dim}, 1, device);
    store->AddGradient(plan, gradients);
    store->Update(kAdam);
    EXPECT_EQ(store->LastTouchedRows(), 18);
    const std::vector<StoreTensor> state = store->State();
    const float* exp_avg = state[1].tensor.data<float>();
    const Tensor sent = Cast(gradients, DType::kBF16).To(Device::Cpu());
    const std::vector<float> expected = Wide(sent);
    for (int64_t c = 0; c < dim; ++c) ASSERT_EQ(exp_avg[c], 0.0f);
    for (int64_t i = 0; i < 18 * dim; ++i) {
      ASSERT_TRUE(std::abs(exp_avg[dim + i] - 0.1f * expected[i]) <= 1e-7) << i;
    }
  }
}

// A second layer's rows come from the first one's copies, as long as those are held.
TEST(PinnedValueStoreTest, LayersShareStagedRows) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(200, 8, device);
    const auto a = RandomPlan(10, 10, 1, *store), b = RandomPlan(10, 10, 2, *store);
    const StagedRows first = store->Stage(*a);
    const std::vector<float> before = Wide(first.rows);
    ExpectStaged(store.get(), 3);
    const StagedRows second = store->Stage(*b);
    EXPECT_EQ(Wide(first.rows), before);
    for (uint64_t seed = 4; seed < 30; ++seed) ExpectStaged(store.get(), seed);
    std::vector<StagedRows> held;
    for (uint64_t seed = 30; seed < 50; ++seed) {
      held.push_back(store->Stage(*RandomPlan(3, 4, seed, *store)));
      ExpectStaged(store.get(), seed);
    }
  }
}

TEST(PinnedValueStoreTest, AStepToSkipChangesNothing) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(100, 8, device);
    const std::vector<float> before = Values(store.get());
    const auto plan = RandomPlan(5, 5, 1, *store);
    store->AddGradient(plan, RandomTensor({plan->sorted().max_unique, 8}, 1, device));
    SparseAdamArgs args = kAdam;
    args.gradient_scale = Tensor::From<float>({}, {NAN}, device);
    store->Update(args);
    EXPECT_EQ(Values(store.get()), before);
  }
}

TEST(PinnedValueStoreTest, RestoredValuesAreStaged) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(100, 8, device);
    store->State()[0].tensor.CopyFromHost(RandomTensor({100, 8}, 7).raw());
    store->FinishRestore(5);
    EXPECT_EQ(store->step_count(), 5);
    ExpectStaged(store.get(), 1);
  }
}

TEST(PinnedValueStoreTest, BytesCountTheCopy) {
  EXPECT_EQ(PinnedValueStore::BytesNeeded(1000, 8, {}), 1000 * 8 * 14);
  EXPECT_EQ(PinnedValueStore::BytesNeeded(1000, 8, kExact), 1000 * 8 * 12);
}

}  // namespace
}  // namespace mneme
