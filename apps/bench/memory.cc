#include "apps/bench/memory.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/bench/layer_step.h"
#include "apps/bench/machine_rates.h"
#include "apps/bench/phase_timer.h"
#include "apps/bench/pick_source.h"
#include "apps/bench/random_input.h"
#include "apps/progress/format.h"
#include "memory_layer/memory_layer/memory_tables.h"
#include "memory_layer/picks/picks.h"
#include "memory_layer/sparse_adam/sparse_adam.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/memory_check.h"
#include "nn/optim/step_guard/step_guard.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr int64_t kF32Bytes = 4, kBf16Bytes = 2;
constexpr int64_t kMaxKeys = int64_t{1} << 18;

absl::StatusOr<DType> ModelDType(MemoryArgs::Dtype dtype, Device device) {
  if (dtype == MemoryArgs::Dtype::kAuto) return device.is_cuda() ? DType::kBF16 : DType::kF32;
  if (dtype == MemoryArgs::Dtype::kFp32) return DType::kF32;
  if (device.is_cpu()) {
    return absl::InvalidArgumentError("the CPU computes in fp32 only; use dtype=fp32");
  }
  return dtype == MemoryArgs::Dtype::kBf16 ? DType::kBF16 : DType::kF16;
}

MemoryConfig ConfigOf(const MemoryArgs& args, int64_t n_keys) {
  MemoryConfig config;
  config.is_enabled = true;
  config.layers = {0};
  config.mem_n_keys = n_keys;
  config.mem_heads = args.heads;
  config.mem_knn = args.knn;
  config.mem_k_dim = args.k_dim;
  config.mem_v_dim = args.dim;
  config.zero_copy = args.zero_copy;
  config.gather = args.gather;
  config.values_dtype = args.values_dtype;
  return config;
}

TableTraffic TrafficOf(const MemoryArgs& args, Device device, DType dtype) {
  const bool is_bf16 = args.values_dtype == ValuesDType::kBf16;
  const bool crosses_link = device.is_cuda() ? args.zero_copy : is_bf16;
  if (!crosses_link) return {false, kF32Bytes, kF32Bytes, 7 * kF32Bytes};
  const int64_t on_link = dtype == DType::kF32 ? kF32Bytes : kBf16Bytes;
  const int64_t row = is_bf16 ? kBf16Bytes : on_link;
  const int64_t value = is_bf16 ? kBf16Bytes : kF32Bytes;
  // A copy of f32 values in bf16 is written too.
  const int64_t copy = row < value ? row : 0;
  return {true, row, on_link, 2 * value + copy + 4 * kF32Bytes + on_link};
}

absl::Status CheckSizes(const MemoryArgs& args) {
  if (args.k_dim % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("k_dim=", args.k_dim, " is odd, but a query is split into two equal halves"));
  }
  for (const int64_t keys : args.keys) {
    if (keys > kMaxKeys) {
      return absl::InvalidArgumentError(
          absl::StrCat("keys=", keys, " is too large; give at most ", kMaxKeys));
    }
    if (args.knn <= keys) continue;
    return absl::InvalidArgumentError(absl::StrCat("knn=", args.knn, " is more than keys=", keys,
                                                   ", the keys it picks from; lower knn"));
  }
  return absl::OkStatus();
}

// Rows that picks fall on.
SortedPicks Sorted(PickSource* source, int64_t count, int64_t n_rows) {
  return SortPicks(Tensor::From<int64_t>({count}, source->Next(count)), n_rows);
}

// Sparse Adam on all threads of the host, with everything in memory: f32 values and moments.
absl::StatusOr<Measure> MeasureAdam(const MemoryArgs& args, int64_t n_rows, PickSource* source,
                                    const MachineRates& rates) {
  const int64_t count = args.tokens * args.heads * args.knn, most = std::min(count, n_rows);
  const Shape shape = {n_rows, args.dim};
  const int64_t bytes = (3 * n_rows + most) * args.dim * kF32Bytes;
  const std::optional<int64_t> available = AvailableMemoryBytes();
  if (available && bytes > *available) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "sparse Adam alone needs ", MemorySizeString(bytes), " of memory, and ",
        MemorySizeString(*available), " are available; give fewer keys, or adam=false"));
  }
  AdamTable table;
  for (Tensor* part : {&table.values, &table.exp_avg, &table.exp_avg_sq}) {
    MNEME_ASSIGN_OR_RETURN(*part, MapPinned(shape, DType::kF32, Device::Cpu(), "a benchmark"));
  }
  const Tensor gradients = RandomInput({most, args.dim}, 4, Device::Cpu());
  PhaseTimer timer(Device::Cpu());
  std::vector<double> rows;
  for (int64_t i = -args.bench.warmup; i < args.bench.repeats; ++i) {
    const SortedPicks sorted = Sorted(source, count, n_rows);
    const RowGradients touched = {sorted.unique_rows, sorted.unique_count,
                                  gradients.Slice(0, sorted.max_unique)};
    const SparseAdamArgs adam = {.lr = 1e-3,
                                 .beta1 = 0.9,
                                 .beta2 = 0.95,
                                 .epsilon = 1e-8,
                                 .factors = MakeAdamFactors(1.0, 0.9, 0.95, 1)};
    timer.Begin();
    SparseAdam(adam, touched, table);
    timer.Mark("Adam");
    timer.End(/*counts=*/i >= 0);
    rows.push_back(static_cast<double>(sorted.max_unique));
  }
  const double state = Median(rows) * static_cast<double>(args.dim * 6 * kF32Bytes);
  return Measure{.name = "sparse Adam alone, on the host",
                 .ms = timer.Ms("Adam"),
                 .bytes = state,
                 .floor_ms = state / rates.host_gb_per_s * 1e-6};
}

// Ids of `steps` steps, on the device.
std::vector<Tensor> PicksOf(PickSource* source, int64_t steps, int64_t count, Device device) {
  std::vector<Tensor> picks;
  for (int64_t i = 0; i < steps; ++i) {
    picks.push_back(Tensor::From<int64_t>({count}, source->Next(count), device));
  }
  return picks;
}

// Milliseconds of one of many steps that follow each other without a pause.
double StepsInARowMs(LayerStep* step, const std::vector<Tensor>& picks, ValueStore* store) {
  PhaseTimer timer(store->device());
  timer.Begin();
  for (const Tensor& rows : picks) step->Run(rows);
  store->State();  // waits until the last rows are written
  timer.Mark("steps");
  timer.End();
  return timer.Ms("steps") / static_cast<double>(picks.size());
}

absl::StatusOr<BenchSection> MeasureLayer(const MemoryArgs& args, const LayerSizes& sizes,
                                          ValueStore* store, const std::string& picks, DType dtype,
                                          const MachineRates& rates) {
  const Device device = store->device();
  MNEME_ASSIGN_OR_RETURN(PickSource source, PickSource::Create(picks, store->n_rows()));
  LayerStep step(sizes, store, dtype);
  PhaseTimer timer(device);
  std::vector<double> unique_rows;
  for (int64_t i = -args.bench.warmup; i < args.bench.repeats; ++i) {
    const std::vector<Tensor> rows = PicksOf(&source, 1, sizes.picks(), device);
    step.Run(rows[0], &timer, /*counts=*/i >= 0);
    if (i >= 0) unique_rows.push_back(static_cast<double>(store->LastTouchedRows()));
  }
  BenchSection section;
  section.title =
      absl::StrCat(ShortCount(static_cast<double>(store->n_rows())), " rows x ", sizes.dim, " in ",
                   device.is_cpu() ? "memory" : (args.zero_copy ? "host memory" : "GPU memory"),
                   "; ", sizes.tokens, " tokens x ", sizes.heads * sizes.knn, " picks, ", picks,
                   ", ", DTypeName(dtype));
  section.facts = {{"rows", static_cast<double>(store->n_rows())},
                   {"picks", static_cast<double>(sizes.picks())},
                   {"unique_rows", Median(unique_rows)}};
  section.measures =
      step.Measures(timer, Median(unique_rows), TrafficOf(args, device, dtype), rates);
  const std::vector<Tensor> all = PicksOf(&source, args.bench.repeats, sizes.picks(), device);
  section.measures.push_back({.name = absl::StrCat("one of ", all.size(), " steps in a row"),
                              .ms = StepsInARowMs(&step, all, store)});
  section.note = store->DescribeReads();
  return section;
}

}  // namespace

void Describe(Section& s, MemoryArgs& c) {
  Describe(s, c.bench);
  s.Add("tokens", c.tokens, {.min = 1, .max = 1 << 24}, "tokens a step");
  s.Add("heads", c.heads, {.min = 1, .max = 1 << 10}, "lookups a token");
  s.Add("knn", c.knn, {.min = 1, .max = 1 << 10}, "rows picked by each");
  AddIntegers(s, "keys", c.keys, 1, "keys in each half: the table has keys * keys rows");
  s.Add("k_dim", c.k_dim, {.min = 2, .max = 1 << 16}, "width of a query");
  s.Add("dim", c.dim, {.min = 1, .max = 1 << 20}, "width of a row");
  s.Add("dtype", c.dtype,
        {{"auto", MemoryArgs::Dtype::kAuto},
         {"fp32", MemoryArgs::Dtype::kFp32},
         {"bf16", MemoryArgs::Dtype::kBf16},
         {"fp16", MemoryArgs::Dtype::kFp16}},
        "of the computation; auto: bf16 on a GPU, fp32 on the CPU");
  s.Add("zero_copy", c.zero_copy, "the table in host memory; false: in the GPU's");
  s.Add("gather", c.gather,
        {{"auto", RowGather::kAuto}, {"gpu", RowGather::kGpu}, {"cpu", RowGather::kCpu}},
        "who reads rows in host memory; auto: the faster one");
  s.Add("values_dtype", c.values_dtype,
        {{"fp32", ValuesDType::kFp32}, {"bf16", ValuesDType::kBf16}}, "precision of the table");
  AddNames(
      s, "picks", c.picks,
      "kinds of picks: uniform, log-uniform, one-row, trace:FILE (train's logging.pick_trace)");
  s.Add("adam", c.adam, "also sparse Adam alone, on the host");
}

absl::StatusOr<BenchReport> RunMemory(const MemoryArgs& args) {
  MNEME_RETURN_IF_ERROR(CheckSizes(args));
  MNEME_ASSIGN_OR_RETURN(const Device device, OpenDevice(args.bench));
  MNEME_ASSIGN_OR_RETURN(const DType dtype, ModelDType(args.dtype, device));
  for (const int64_t n_keys : args.keys) {  // wrong ones show before minutes of work
    for (const std::string& picks : args.picks) {
      MNEME_RETURN_IF_ERROR(PickSource::Create(picks, n_keys * n_keys).status());
    }
  }
  MNEME_ASSIGN_OR_RETURN(const MachineRates rates, MeasureRates(device, dtype, 256 << 20));
  BenchReport report = {.benchmark = "memory", .machine = DescribeMachine(device)};
  report.sections.push_back(RatesSection(rates));
  for (const int64_t n_keys : args.keys) {
    std::vector<Measure> adam;  // before the store takes its memory
    for (const std::string& picks : args.picks) {
      if (!args.adam) break;
      MNEME_ASSIGN_OR_RETURN(PickSource source, PickSource::Create(picks, n_keys * n_keys));
      MNEME_ASSIGN_OR_RETURN(adam.emplace_back(),
                             MeasureAdam(args, n_keys * n_keys, &source, rates));
    }
    MNEME_ASSIGN_OR_RETURN(MemoryTables tables,
                           MemoryTables::Create(ConfigOf(args, n_keys), args.dim, device, dtype));
    tables.Initialise(1);
    const LayerSizes sizes = {args.tokens, args.heads, args.knn, n_keys, args.k_dim, args.dim};
    for (size_t i = 0; i < args.picks.size(); ++i) {
      MNEME_ASSIGN_OR_RETURN(BenchSection section, MeasureLayer(args, sizes, tables.stores()[0],
                                                                args.picks[i], dtype, rates));
      if (args.adam) section.measures.push_back(adam[i]);
      report.sections.push_back(std::move(section));
    }
  }
  return report;
}

}  // namespace mneme
