// //apps:bench -- eval: scoring texts and completing prompts.

#ifndef MNEME_APPS_BENCH_EVAL_H_
#define MNEME_APPS_BENCH_EVAL_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/bench/report.h"
#include "apps/config/apply.h"
#include "apps/config/schema.h"
#include "apps/config/train_config.h"

namespace mneme {

struct EvalBenchArgs {
  TrainConfig train;  // as for //apps:train; what is said of data, files and the run is not used
  int64_t max_tokens = 8192;
  int64_t documents = 512;
  int64_t choices = 4;
  int64_t context_tokens = 80;
  int64_t choice_tokens = 24;
  int64_t prompt_tokens = 128;
  int64_t new_tokens = 256;
  std::vector<int64_t> batch_sizes = {1, 64};
  bool json = false;
};

void Describe(Section& section, EvalBenchArgs& args);

// The pace of multiple choice beside that of the training forward pass, and of greedy decoding
// beside what it must read. `report` is what parsing gave.
// Errors: a model that does not fit or whose keys do not agree, a device that is not there.
absl::StatusOr<BenchReport> RunEval(EvalBenchArgs args, ConfigReport report);

}  // namespace mneme

#endif  // MNEME_APPS_BENCH_EVAL_H_
