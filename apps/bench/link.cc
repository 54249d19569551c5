#include "apps/bench/link.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/bench/machine_rates.h"
#include "apps/bench/phase_timer.h"
#include "apps/bench/pick_source.h"
#include "apps/progress/format.h"
#include "memory_layer/row_transfer/row_transfer.h"
#include "memory_layer/value_store/gpu_memory.h"
#include "memory_layer/value_store/memory_check.h"
#include "memory_layer/value_store/row_gatherer.h"
#include "runtime/core/status.h"
#include "runtime/core/stream.h"
#include "runtime/parallel/function_ref.h"
#include "runtime/random/random_fill.h"

namespace mneme {
namespace {

constexpr char kTable[] = "a benchmark's table";
constexpr double kGiB = 1 << 30;

// The medians of `work`, after `prepare`, which does not count.
double MedianMs(Device device, const BenchArgs& args, FunctionRef<void()> prepare,
                FunctionRef<void()> work) {
  PhaseTimer timer(device);
  for (int64_t i = -args.warmup; i < args.repeats; ++i) {
    prepare();
    timer.Begin();
    work();
    timer.Mark("work");
    timer.End(/*counts=*/i >= 0);
  }
  return timer.Ms("work");
}

absl::StatusOr<BenchSection> Copies(const LinkArgs& args, Device device) {
  const int64_t count = args.copy_mib << 18;
  Tensor host[2], there[2];
  for (int i = 0; i < 2; ++i) {
    MNEME_ASSIGN_OR_RETURN(host[i], MapPinned({count}, DType::kF32, device, "a benchmark's copy"));
    there[i] = Tensor::Zeros({count}, DType::kF32, device);
  }
  Stream& compute = Stream::Compute(device);
  Stream up(device), down(device);
  Event ready(device), up_done(device), down_done(device);
  const double bytes = static_cast<double>(host[0].bytes());
  const auto measure = [&](const char* name, double moved, FunctionRef<void()> work) {
    return Measure{.name = name,
                   .ms = MedianMs(
                       device, args.bench, [] {}, work),
                   .bytes = moved};
  };
  BenchSection section = {.title = absl::StrCat("copies of ", args.copy_mib, " MiB, pinned")};
  section.measures = {
      measure("host to device", bytes, [&] { StartCopy(host[0], there[0], compute); }),
      measure("device to host", bytes, [&] { StartCopy(there[1], host[1], compute); }),
      measure("both at once", 2 * bytes, [&] {
        ready.Record(compute);
        up.Wait(ready), down.Wait(ready);
        StartCopy(host[0], there[0], up);
        StartCopy(there[1], host[1], down);
        up_done.Record(up), down_done.Record(down);
        compute.Wait(up_done), compute.Wait(down_done);
      })};
  return section;
}

// Maps `bytes` of f32 rows for the device to read, and fills them with normal numbers on all
// threads, which takes the pages from the system.
absl::StatusOr<Tensor> MakeTable(int64_t bytes, int64_t row_bytes, Device device,
                                 const MachineRates& rates, BenchSection* section) {
  const std::optional<int64_t> available = AvailableMemoryBytes();
  if (available && bytes > *available) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a table of ", MemorySizeString(bytes), " does not fit into the ",
        MemorySizeString(*available), " of memory that are available; give a smaller table_gib"));
  }
  const int64_t dim = row_bytes / static_cast<int64_t>(sizeof(float));
  const int64_t n_rows = std::max<int64_t>(1, bytes / row_bytes);
  PhaseTimer timer(Device::Cpu());
  timer.Begin();
  MNEME_ASSIGN_OR_RETURN(const Tensor table, MapShared({n_rows, dim}, DType::kF32, device, kTable));
  timer.Mark("map");
  FillNormalRows({.rows = table.data<float>()}, 0, n_rows, dim, 1.0f,
                 MakePhiloxKey(1, HashName(kTable)));
  timer.Mark("fill");
  timer.End();
  const double moved = static_cast<double>(table.bytes());
  section->measures.push_back({.name = "map", .ms = timer.Ms("map")});
  section->measures.push_back({.name = "fill with random rows",
                               .ms = timer.Ms("fill"),
                               .bytes = moved,
                               .floor_ms = moved / rates.host_gb_per_s * 1e-6});
  return table;
}

absl::Status Reads(const LinkArgs& args, const Tensor& table, Device device,
                   const MachineRates& rates, BenchSection* section) {
  const int64_t n_rows = table.dim(0), count = std::min(args.rows, n_rows);
  const double bytes = static_cast<double>(table.bytes() / n_rows * count);
  MNEME_ASSIGN_OR_RETURN(const auto gatherer, RowGatherer::Create(kTable, table, device));
  PhiloxStream random(MakePhiloxKey(1, HashName("link")));
  RowCopies copies;
  copies.count = Tensor::From<int64_t>({1}, {count}, device);
  copies.values = Tensor::Empty({count, table.dim(1)}, table.dtype(), device);
  const auto measure = [&](const std::string& name, bool sorted, FunctionRef<void()> read) {
    const auto pick = [&] {
      std::vector<int64_t> rows = DistinctRows(count, n_rows, &random);
      if (!sorted) random.Shuffle(rows);
      copies.rows = Tensor::From<int64_t>({count}, rows, device);
    };
    section->measures.push_back({.name = name,
                                 .ms = MedianMs(device, args.bench, pick, read),
                                 .bytes = bytes,
                                 .floor_ms = bytes / rates.up_gb_per_s * 1e-6});
  };
  const std::string what = absl::StrCat(ShortCount(static_cast<double>(count)), " rows of ",
                                        table.bytes() / n_rows, " B, ");
  measure(what + "sorted", true, [&] { ReadRows(table, {}, copies); });
  measure(what + "random order", false, [&] { ReadRows(table, {}, copies); });
  measure(what + "sorted, by CPU threads", true, [&] { gatherer->Read({}, copies); });
  return absl::OkStatus();
}

}  // namespace

void Describe(Section& s, LinkArgs& c) {
  Describe(s, c.bench);
  s.Add("copy_mib", c.copy_mib, {.min = 1}, "size of the copies");
  AddNumbers(s, "table_gib", c.table_gib, 0.001, "sizes of the table that rows are read from");
  AddIntegers(s, "row_bytes", c.row_bytes, 4, "sizes of its rows; multiples of 4");
  s.Add("rows", c.rows, {.min = 1}, "different rows to read");
}

absl::StatusOr<BenchReport> RunLink(const LinkArgs& args) {
  const double smallest = kGiB * *std::min_element(args.table_gib.begin(), args.table_gib.end());
  for (const int64_t bytes : args.row_bytes) {
    if (bytes % 4 == 0 && static_cast<double>(bytes) <= smallest) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("row_bytes: expected multiples of 4, no larger than a table, got ", bytes));
  }
  MNEME_ASSIGN_OR_RETURN(const Device device, OpenDevice(args.bench));
  MNEME_ASSIGN_OR_RETURN(const MachineRates rates,
                         MeasureRates(device, DType::kF32, args.copy_mib << 20));
  BenchReport report = {.benchmark = "link", .machine = DescribeMachine(device)};
  report.sections.push_back(RatesSection(rates));
  MNEME_ASSIGN_OR_RETURN(BenchSection copies, Copies(args, device));
  report.sections.push_back(std::move(copies));
  for (const double gib : args.table_gib) {
    BenchSection section = {.title = absl::StrCat("table of ", gib, " GiB in host memory")};
    MNEME_ASSIGN_OR_RETURN(
        const Tensor table,
        MakeTable(static_cast<int64_t>(gib * kGiB), args.row_bytes[0], device, rates, &section));
    for (const int64_t row_bytes : args.row_bytes) {
      const int64_t dim = row_bytes / static_cast<int64_t>(sizeof(float));
      const int64_t n_rows = table.numel() / dim;
      const Tensor rows = table.Reshape({-1}).Slice(0, n_rows * dim).Reshape({n_rows, dim});
      MNEME_RETURN_IF_ERROR(Reads(args, rows, device, rates, &section));
    }
    report.sections.push_back(std::move(section));
  }
  return report;
}

}  // namespace mneme
