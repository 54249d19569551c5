#include "apps/bench/train.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/bench/bench_model.h"
#include "apps/bench/machine_rates.h"
#include "apps/bench/peak_flops.h"
#include "apps/bench/phase_timer.h"
#include "apps/config/train_schema.h"
#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "apps/train/batch_step.h"
#include "apps/train/describe.h"
#include "apps/train/preflight.h"
#include "data/loader/batch.h"
#include "runtime/core/devices.h"
#include "runtime/core/dispatch.h"
#include "runtime/core/memory.h"
#include "runtime/core/status.h"
#include "runtime/core/stream.h"
#include "runtime/random/philox_stream.h"

namespace mneme {
namespace {

constexpr double kGiB = 1 << 30;

Batch RandomBatch(const TrainConfig& config, PhiloxStream* random) {
  Batch batch(config.data.batch_size, config.data.seq_len, /*n_views=*/2, /*sources=*/0);
  for (std::vector<int32_t>* ids : {&batch.tokens, &batch.targets}) {
    for (int32_t& id : *ids) id = static_cast<int32_t>(random->Below(config.model.vocab_size));
  }
  return batch;
}

// One step of training as //apps:train does it, on tokens of its own.
void Step(const TrainConfig& config, LanguageModel* model, ModelOptimizer* optimizer,
          PhiloxStream* random) {
  const float share = 1.0f / static_cast<float>(config.grad_acc_steps);
  for (int64_t i = 0; i < config.grad_acc_steps; ++i) {
    AccumulateGradients(model, *optimizer, RandomBatch(config, random), share);
  }
  optimizer->Step(config.optim.lr, config.memory.value_fixed_lr.value_or(config.optim.lr));
}

double WaitedMs(const LanguageModel& model) {
  double seconds = 0.0;
  for (const ValueStore* table : model.tables()) seconds += table->WaitedSeconds();
  return 1000 * seconds;
}

int64_t TouchedRows(const LanguageModel& model) {
  int64_t rows = 0;
  for (const ValueStore* table : model.tables()) rows += table->LastTouchedRows();
  return rows;
}

BenchSection MeasureSteps(const TrainBenchArgs& args, const RunNeeds& needs, LanguageModel* model) {
  const TrainConfig& config = args.train;
  const Device device = model->device();
  ModelOptimizer optimizer(model, config.optim);
  PhiloxStream random(MakePhiloxKey(1, HashName("bench")));
  for (int64_t i = 0; i < args.warmup; ++i) Step(config, model, &optimizer, &random);

  PhaseTimer timer(device);
  const double waited_ms = WaitedMs(*model);
  timer.Begin();
  const int64_t host_waits = HostWaits(device);
  for (int64_t i = 0; i < args.repeats; ++i) {
    Step(config, model, &optimizer, &random);
    timer.Mark(absl::StrCat(i));
  }
  const double steps = static_cast<double>(args.repeats);
  const double waits = static_cast<double>(HostWaits(device) - host_waits) / steps;
  timer.End();
  std::vector<double> step_ms;
  for (int64_t i = 0; i < args.repeats; ++i) step_ms.push_back(timer.Ms(absl::StrCat(i)));

  const double ms = Median(step_ms);
  const double tokens =
      static_cast<double>(config.grad_acc_steps * config.data.batch_size * config.data.seq_len);
  const double tokens_per_second = 1000 * tokens / ms;
  const double flops = FlopsPerToken(*model, config.data.seq_len) - TableFlopsPerToken(*model);
  BenchSection section = {.title = DescribeModel(*model)};
  section.facts = {{"tokens_a_step", tokens},
                   {"step_ms", ms},
                   {"tokens_per_second", tokens_per_second},
                   {"dense_tflop_per_s", tokens_per_second * flops * 1e-12}};
  if (args.peak_tflops) {
    section.facts.push_back(
        {"mfu_without_table", tokens_per_second * flops * 1e-12 / *args.peak_tflops});
  }
  if (!model->tables().empty()) {
    section.facts.push_back({"unique_rows", static_cast<double>(TouchedRows(*model))});
    section.facts.push_back({"fence_wait_ms_a_step", (WaitedMs(*model) - waited_ms) / steps});
  }
  const int64_t peak_bytes = MNEME_CALL(device, PeakBytesInUse);
  section.facts.push_back({"host_waits_a_step", waits});
  section.facts.push_back({"peak_tensor_memory_gib", static_cast<double>(peak_bytes) / kGiB});
  section.facts.push_back({"estimated_memory_gib", static_cast<double>(needs.OnDevice()) / kGiB});
  section.facts.push_back(
      {"skipped_steps", static_cast<double>(optimizer.guard()->Read().skipped)});
  return section;
}

}  // namespace

void Describe(Section& s, TrainBenchArgs& c) {
  s.Add("repeats", c.repeats, {.min = 1}, "steps that are timed, of which the median counts");
  s.Add("warmup", c.warmup, {.min = 0}, "steps before those");
  s.Add("peak_tflops", c.peak_tflops, {.above = 0},
        "what the GPU computes at most, for the MFU; null: by its name");
  s.Add("json", c.json, "print the result as one line of JSON");
  Describe(s, c.train);
}

absl::StatusOr<BenchReport> RunTrain(TrainBenchArgs args, ConfigReport report) {
  MNEME_ASSIGN_OR_RETURN(const BenchModel bench,
                         MakeBenchModel(BenchUse::kTrain, &args.train, std::move(report)));
  const Device device = bench.model->device();
  const DType dtype = bench.model->parameters().dtype();
  if (!args.peak_tflops) args.peak_tflops = PeakTflops(DeviceName(device), dtype);
  BenchReport result = {.benchmark = "train",
                        .machine = absl::StrCat(DescribeMachine(device), ", ", DTypeName(dtype))};
  result.sections.push_back(MeasureSteps(args, bench.needs, bench.model.get()));
  return result;
}

}  // namespace mneme
