// //apps:bench -- train: whole training steps, on random tokens.

#ifndef MNEME_APPS_BENCH_TRAIN_H_
#define MNEME_APPS_BENCH_TRAIN_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "apps/bench/report.h"
#include "apps/config/apply.h"
#include "apps/config/schema.h"
#include "apps/config/train_config.h"

namespace mneme {

struct TrainBenchArgs {
  TrainConfig train;  // as for //apps:train; what is said of data, files and the run is not used
  int64_t repeats = 20;
  int64_t warmup = 5;
  std::optional<double> peak_tflops;  // unset: by the GPU's name
  bool json = false;
};

void Describe(Section& section, TrainBenchArgs& args);

// The pace of steps that follow each other as in training. `report` is what parsing gave.
// Errors: a model that does not fit or whose keys do not agree, a device that is not there.
absl::StatusOr<BenchReport> RunTrain(TrainBenchArgs args, ConfigReport report);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_TRAIN_H_
