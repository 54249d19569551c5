#include "memory_layer/value_store/host_value_store.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/testing/adam_args.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "runtime/core/devices.h"
#include "runtime/kernels/cast/cast.h"
#include "runtime/kernels/fill/fill.h"
#include "runtime/parallel/thread_pool.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

constexpr HostValueStore::Options kExact = {.rows_dtype = DType::kF32,
                                            .gradients_dtype = DType::kF32};
constexpr HostValueStore::Options kByCpu = {.gather = RowGather::kCpu};

std::unique_ptr<HostValueStore> Store(int64_t n_rows, int64_t dim, Device device,
                                      const HostValueStore::Options& options = {}) {
  auto store = HostValueStore::Create("table", n_rows, dim, device, options);
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

std::vector<float> Values(HostValueStore* store) {
  return store->State()[0].tensor.ToVector<float>();
}

std::vector<float> Wide(const Tensor& x) { return Cast(x, DType::kF32).ToVector<float>(); }

// The rows that a plan's Stage has filled.
std::vector<float> WideRows(const StagedRows& staged, const PickPlan& plan) {
  return Wide(staged.rows.Slice(0, plan.sorted().unique_count.ToVector<int64_t>()[0]));
}

// Expects the picked rows in bf16 of what the values are now.
void ExpectStaged(HostValueStore* store, uint64_t seed) {
  const auto plan = RandomPlan(20, 5, seed, *store);
  const StagedRows staged = store->Stage(*plan);
  EXPECT_EQ(staged.rows.dtype(), DType::kBF16);
  const std::vector<float> rows = WideRows(staged, *plan);
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
  store->Update(AdamArgs(1 + seed, store->device()));
  return out.value();
}

TEST(HostValueStoreTest, StagesWhatUpdatesLeave) {
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
TEST(HostValueStoreTest, StepsThatFollowEachOtherAtOnce) {
  for (Device device : AvailableDevices()) {
    const auto resident = *ResidentValueStore::Create("table", 3000, 40, device);
    resident->Initialise(1);
    const auto on_host = Store(3000, 40, device, kExact);
    std::vector<Tensor> expected, got;
    for (uint64_t seed = 0; seed < 20; ++seed) expected.push_back(Step(resident.get(), seed));
    for (uint64_t seed = 0; seed < 20; ++seed) got.push_back(Step(on_host.get(), seed));
    for (size_t i = 0; i < got.size(); ++i) {
      const std::vector<float> a = got[i].ToVector<float>(), b = expected[i].ToVector<float>();
      for (size_t c = 0; c < a.size(); ++c) {
        ASSERT_TRUE(std::abs(a[c] - b[c]) <= 2e-5) << device.name() << ", step " << i;
      }
    }
  }
}

// As inference reads them, next to as training does; rows that nobody picked are not looked at.
TEST(HostValueStoreTest, ReadsPickedRowsInPlace) {
  for (Device device : AvailableDevices()) {
    for (const HostValueStore::Options& options :
         {HostValueStore::Options{}, kExact, kByCpu,
          HostValueStore::Options{.values_dtype = DType::kBF16}}) {
      const auto store = Store(1000, 24, device, options);
      Step(store.get(), 1);
      const auto plan = RandomPlan(20, 5, 9, *store);
      const Variable weights(RandomTensor({20, 5}, 3, device));
      const auto sum = [&] {
        return WeightedRowSum(store.get(), plan, weights, DType::kF32).value().ToVector<float>();
      };
      std::vector<float> staged;
      {
        Tape tape;
        TapeScope scope(&tape);
        staged = sum();
      }
      EXPECT_EQ(sum(), staged) << device.name();

      std::set<int64_t> picked;
      for (int64_t row : plan->rows().ToVector<int64_t>()) picked.insert(row);
      const Tensor values = store->State()[0].tensor;
      for (int64_t row = 0; row < 1000; ++row) {
        if (picked.count(row) > 0) continue;
        Fill(values.Slice(row, row + 1), std::numeric_limits<double>::quiet_NaN());
      }
      store->FinishRestore();
      EXPECT_EQ(sum(), staged) << device.name();
    }
  }
}

TEST(HostValueStoreTest, CountsWhatCrossesTheLink) {
  for (Device device : AvailableDevices()) {
    for (const HostValueStore::Options& options : {HostValueStore::Options{}, kExact}) {
      const auto store = Store(1000, 24, device, options);
      EXPECT_EQ(store->LinkBytes(), 0);
      int64_t rows = 0;
      for (uint64_t seed : {1, 2, 3}) {
        Step(store.get(), seed);
        rows += store->LastTouchedRows();
      }
      const int64_t element_bytes = options.rows_dtype == DType::kF32 ? 4 : 2;
      EXPECT_EQ(store->LinkBytes(), rows * (2 * 24 * element_bytes + 8));
    }
  }
}

// Two runs give the same bits, whenever chunks arrive.
TEST(HostValueStoreTest, SameBitsEveryTime) {
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
TEST(HostValueStoreTest, ManyChunks) {
  const int64_t dim = 1 << 21, n_rows = 19;  // a chunk holds four rows of bf16
  for (Device device : AvailableDevices()) {
    const auto store = Store(n_rows, dim, device);
    const auto plan = std::make_shared<PickPlan>(
        Tensor::From<int64_t>(
            {1, 18}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}, device),
        n_rows);
    const Tensor gradients = RandomTensor({18, dim}, 1, device);
    store->AddGradient(plan, gradients);
    store->Update(AdamArgs(1, device));
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
TEST(HostValueStoreTest, LayersShareStagedRows) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(200, 8, device);
    const auto a = RandomPlan(10, 10, 1, *store), b = RandomPlan(10, 10, 2, *store);
    const StagedRows first = store->Stage(*a);
    const std::vector<float> before = WideRows(first, *a);
    ExpectStaged(store.get(), 3);
    const StagedRows second = store->Stage(*b);
    EXPECT_EQ(WideRows(first, *a), before);
    for (uint64_t seed = 4; seed < 30; ++seed) ExpectStaged(store.get(), seed);
    std::vector<StagedRows> held;
    for (uint64_t seed = 30; seed < 50; ++seed) {
      held.push_back(store->Stage(*RandomPlan(3, 4, seed, *store)));
      ExpectStaged(store.get(), seed);
    }
  }
}

// CPU threads gather the same bits as a kernel reads, shared rows included; in several pieces,
// which the widest rows make more than there is room for at once.
TEST(HostValueStoreTest, WhoeverReadsTheRows) {
  struct Case {
    int64_t n_rows, dim, tokens;
  };
  for (Device device : AvailableDevices()) {
    for (const auto& [n_rows, dim, tokens] : {Case{500, 24, 3},
                                              {1, 1, 1},
                                              {100'000, 3, 20'000},
                                              {40'000, 10, 8'000},
                                              {3000, 128, 1000},
                                              {21, 1 << 20, 3}}) {
      const auto by_gpu = Store(n_rows, dim, device), by_cpu = Store(n_rows, dim, device, kByCpu);
      std::vector<StagedRows> held;
      for (int threads : {1, 2, 7, 0}) {
        SetNumThreads(threads);
        const auto plan = RandomPlan(tokens, 6, threads, *by_gpu);
        const StagedRows a = by_gpu->Stage(*plan), b = by_cpu->Stage(*plan);
        EXPECT_TRUE(WideRows(a, *plan) == WideRows(b, *plan))
            << device.name() << " " << dim << " " << threads;
        EXPECT_EQ(a.index.ToVector<int64_t>(), b.index.ToVector<int64_t>());
        held.insert(held.end(), {a, b});
      }
    }
  }
}

TEST(HostValueStoreTest, MeasuresWhoReadsFaster) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(3000, 4096, device), small = Store(3000, 8, device);
    EXPECT_EQ(store->DescribeReads(), "");
    store->Stage(*RandomPlan(100, 10, 1, *store));
    small->Stage(*RandomPlan(100, 10, 1, *small));
    EXPECT_NE(store->DescribeReads().find("table: rows are read by "), std::string::npos);
    EXPECT_EQ(small->DescribeReads(), "");
  }
}

// Values that are kept in bf16 alone: staged as they are, and moved by updates.
TEST(HostValueStoreTest, ValuesInBf16) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(1000, 24, device, {.values_dtype = DType::kBF16});
    const auto wide = Store(1000, 24, device, kExact);
    EXPECT_EQ(store->State()[0].tensor.dtype(), DType::kBF16);
    EXPECT_EQ(Wide(store->State()[0].tensor), Wide(Cast(wide->State()[0].tensor, DType::kBF16)));
    std::vector<std::vector<float>> runs;
    for (int run = 0; run < 2; ++run) {
      store->Initialise(1);
      for (const StoreTensor& piece : store->State()) {
        if (piece.name != "table") Fill(piece.tensor, 0.0);
      }
      for (uint64_t seed = 0; seed < 8; ++seed) {
        Step(store.get(), seed);
        if (run == 0) Step(wide.get(), seed);
        ExpectStaged(store.get(), seed);
      }
      runs.push_back(Wide(store->State()[0].tensor));
    }
    EXPECT_TRUE(runs[0] == runs[1]) << device.name();
    // Eight steps of 0.01 or less, each off by less than a bf16's distance to the next, 2^-8.
    const std::vector<float> exact = Values(wide.get());
    double off = 0.0;
    for (size_t i = 0; i < exact.size(); ++i) {
      ASSERT_TRUE(std::abs(runs[0][i] - exact[i]) <= 0.04) << i << ": " << exact[i];
      off += runs[0][i] - exact[i];
    }
    EXPECT_NEAR(off / exact.size(), 0.0, 1e-4);
  }
}

TEST(HostValueStoreTest, AStepToSkipChangesNothing) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(100, 8, device);
    const std::vector<float> before = Values(store.get());
    const auto plan = RandomPlan(5, 5, 1, *store);
    store->AddGradient(plan, RandomTensor({plan->sorted().max_unique, 8}, 1, device));
    store->Update(AdamArgs(1, device, NAN));
    EXPECT_EQ(Values(store.get()), before);
  }
}

TEST(HostValueStoreTest, RestoredValuesAreStaged) {
  for (Device device : AvailableDevices()) {
    const auto store = Store(100, 8, device);
    store->State()[0].tensor.CopyFromHost(RandomTensor({100, 8}, 7).raw());
    store->FinishRestore();
    ExpectStaged(store.get(), 1);
  }
}

TEST(HostValueStoreTest, BytesCountTheCopy) {
  EXPECT_EQ(HostValueStore::BytesNeeded(1000, 8, {}), 1000 * 8 * 14);
  EXPECT_EQ(HostValueStore::BytesNeeded(1000, 8, kExact), 1000 * 8 * 12);
  EXPECT_EQ(HostValueStore::BytesNeeded(1000, 8, {.values_dtype = DType::kBF16}), 1000 * 8 * 10);
  EXPECT_EQ(HostValueStore::SharedBytes(1000, 8, {}), 1000 * 8 * 2);
  EXPECT_EQ(HostValueStore::SharedBytes(1000, 8, kExact), 1000 * 8 * 4);
}

TEST(HostValueStoreTest, PiecesAreInitialisedAsTheWhole) {
  for (Device device : AvailableDevices()) {
    const auto whole = Store(100, 8, device), pieces = Store(100, 8, device);
    pieces->State()[0].tensor.CopyFromHost(RandomTensor({100, 8}, 7).raw());
    for (int64_t begin = 0; begin < 100; begin += 30) {
      pieces->InitialiseRows(1, begin, std::min<int64_t>(100, begin + 30));
    }
    EXPECT_EQ(pieces->State()[0].tensor.ToVector<float>(),
              whole->State()[0].tensor.ToVector<float>());
    ExpectStaged(pieces.get(), 1);
  }
}

}  // namespace
}  // namespace mneme
