// The phases of one memory layer's step on the GPU, in ms, with GB/s of what each must move.
//   phase_benchmark [ROWS [DIM [TOKENS [HEADS [KNN]]]]]
// For each store and distribution of picks; the table is as square as ROWS is.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "autograd/core/tape.h"
#include "memory_layer/gather/gather.h"
#include "memory_layer/product_key/product_key.h"
#include "memory_layer/value_store/pinned_value_store.h"
#include "memory_layer/value_store/resident_value_store.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/devices.h"
#include "runtime/core/stream.h"
#include "runtime/testing/random_tensor.h"

namespace mneme {
namespace {

SparseAdamArgs Adam() {
  return {.lr = 1e-3,
          .beta1 = 0.9,
          .beta2 = 0.95,
          .epsilon = 1e-8,
          .factors = MakeAdamFactors(1.0, 0.9, 0.95, 1, Device::Cuda())};
}
constexpr int kRepeats = 5;  // after one to warm up; the median counts

struct Sizes {
  int64_t n_rows = 1 << 20, dim = 1024, tokens = 8192, heads = 2, knn = 32;
  int64_t picks() const { return heads * knn; }
};

double NowMs() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

// Runs `phase` and waits for the device.
double TimeMs(const std::function<void()>& phase) {
  Stream& stream = Stream::Compute(Device::Cuda());
  stream.Synchronize();
  const double start = NowMs();
  phase();
  stream.Synchronize();
  return NowMs() - start;
}

void Report(const char* phase, std::vector<double> times_ms, double bytes) {
  std::sort(times_ms.begin(), times_ms.end());
  const double ms = times_ms[times_ms.size() / 2];
  std::printf("  %-28s %9.3f ms %9.1f GB/s\n", phase, ms, bytes / ms * 1e-6);
}

std::vector<int64_t> Picks(const std::string& distribution, const Sizes& s) {
  const int64_t count = s.tokens * s.picks();
  if (distribution == "one row") return std::vector<int64_t>(count, s.n_rows / 3);
  std::vector<int64_t> ids = RandomIds(count, s.n_rows, 1);
  if (distribution == "uniform") return ids;
  const double octaves = std::log2(static_cast<double>(s.n_rows));
  for (int64_t& id : ids) {
    const double u = static_cast<double>(id) / static_cast<double>(s.n_rows);
    id = std::min(s.n_rows, static_cast<int64_t>(std::exp2(octaves * u))) - 1;
  }
  return ids;
}

void TimeLookup(const Sizes& s) {
  const int64_t n_keys = static_cast<int64_t>(std::sqrt(static_cast<double>(s.n_rows))), half = 256;
  const Device device = Device::Cuda();
  const Variable query =
      Variable::Leaf(RandomTensor({s.tokens, s.heads * 2 * half}, 1, device, DType::kBF16));
  const Variable keys =
      Variable::Leaf(RandomTensor({s.heads * 2 * n_keys, half}, 2, device, DType::kBF16));
  std::vector<double> forward, backward;
  for (int i = 0; i <= kRepeats; ++i) {
    Tape tape;
    TapeScope scope(&tape);
    Lookup lookup;
    const double f =
        TimeMs([&] { lookup = ProductKeyLookup(query, keys, s.heads, n_keys, s.knn); });
    const Tensor dscores = lookup.scores.value();
    const double b = TimeMs([&] { tape.Backward(lookup.scores, dscores); });
    query.gradient()->Clear();
    keys.gradient()->Clear();
    if (i > 0) forward.push_back(f), backward.push_back(b);
  }
  std::printf("lookup, %lld keys, half %lld\n", static_cast<long long>(n_keys),
              static_cast<long long>(half));
  Report("forward", forward, 0.0);
  Report("backward", backward, 0.0);
}

void TimeStep(const Sizes& s, ValueStore* store, const std::string& distribution) {
  const Device device = Device::Cuda();
  const Tensor ids = Tensor::From<int64_t>({s.tokens, s.picks()}, Picks(distribution, s), device);
  const Tensor weights = RandomTensor({s.tokens, s.picks()}, 2, device);
  const Tensor dout = RandomTensor({s.tokens, s.dim}, 3, device, DType::kBF16);
  std::vector<double> sort, read, back, norm, update, landed;
  double unique = 0.0;
  for (int i = 0; i <= kRepeats; ++i) {
    auto plan = std::make_shared<PickPlan>(ids, s.n_rows);
    const Variable leaf = Variable::Leaf(weights);
    Tape tape;
    TapeScope scope(&tape);
    Variable out;
    const Tensor total = Tensor::Zeros({}, DType::kF32, device);
    const double times[] = {TimeMs([&] { plan->sorted(); }),
                            TimeMs([&] { out = WeightedRowSum(store, plan, leaf, DType::kBF16); }),
                            TimeMs([&] { tape.Backward(out, dout); }),
                            TimeMs([&] { store->AddSquaredGradientNorm(total); }),
                            TimeMs([&] { store->Update(Adam()); }),
                            TimeMs([&] { store->State(); })};
    unique = static_cast<double>(store->LastTouchedRows());
    if (i == 0) continue;
    sort.push_back(times[0]), read.push_back(times[1]), back.push_back(times[2]);
    norm.push_back(times[3]), update.push_back(times[4]), landed.push_back(times[5]);
  }
  const double row = static_cast<double>(s.dim), picks = static_cast<double>(ids.numel());
  std::printf(" %s picks: %.0f unique rows\n", distribution.c_str(), unique);
  Report("sort", sort, picks * 16);
  Report("stage and weighted sum", read, unique * row * 2);
  Report("backward", back, (picks * 4 + unique * 4) * row);
  Report("norm", norm, unique * row * 4);
  Report("update: start", update, unique * row * 6);
  Report("update: until rows landed", landed, unique * row * 26);
}

void Run(const Sizes& s) {
  TimeLookup(s);
  for (const bool pinned : {false, true}) {
    std::unique_ptr<ValueStore> store;
    const double start = NowMs();
    if (pinned) {
      auto created = PinnedValueStore::Create("table", s.n_rows, s.dim, Device::Cuda(), {});
      CHECK(created.ok()) << created.status();
      store = *std::move(created);
    } else {
      auto created = ResidentValueStore::Create("table", s.n_rows, s.dim, Device::Cuda());
      CHECK(created.ok()) << created.status();
      store = *std::move(created);
    }
    const double made = NowMs();
    const double init = TimeMs([&] { store->Initialise(1); });
    std::printf("%s store: made in %.0f ms, initialised in %.0f ms\n",
                pinned ? "pinned" : "resident", made - start, init);
    for (const char* distribution : {"uniform", "log-uniform", "one row"}) {
      TimeStep(s, store.get(), distribution);
    }
  }
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::Sizes sizes;
  int64_t* const fields[] = {&sizes.n_rows, &sizes.dim, &sizes.tokens, &sizes.heads, &sizes.knn};
  for (int i = 1; i < std::min(argc, 6); ++i) *fields[i - 1] = std::atoll(argv[i]);
  if (mneme::AvailableDevices().size() < 2) {
    std::fprintf(stderr, "no GPU\n");
    return 1;
  }
  mneme::Run(sizes);
  return 0;
}
