// The model that a benchmark runs: the one its keys describe, with the weights of its seed.

#ifndef MNEME_APPS_BENCH_BENCH_MODEL_H_
#define MNEME_APPS_BENCH_BENCH_MODEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "apps/config/apply.h"
#include "apps/config/train_config.h"
#include "apps/model/language_model.h"
#include "apps/train/preflight.h"

namespace mneme {

struct BenchModel {
  RunNeeds needs;
  std::unique_ptr<LanguageModel> model;
};

// What the benchmark does with it. Dense gradients and Adam's moments are made by training alone.
enum class BenchUse { kTrain, kEval };

// Settles what `config` leaves open, in it; `report` is what parsing gave.
// Errors: a model that does not fit or whose keys do not agree, a device that is not there.
absl::StatusOr<BenchModel> MakeBenchModel(BenchUse use, TrainConfig* config, ConfigReport report);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_BENCH_MODEL_H_
