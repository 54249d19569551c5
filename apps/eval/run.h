// The program //apps:eval, without its main.

#ifndef MNEME_APPS_EVAL_RUN_H_
#define MNEME_APPS_EVAL_RUN_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "apps/config/schema.h"
#include "apps/eval/model_args.h"
#include "apps/eval/report.h"
#include "apps/progress/screen.h"

namespace mneme {

struct EvalArgs {
  // kAuto: the held-out documents of "wordnet", all documents of files.
  enum class Documents { kAuto, kHeldOut, kTraining, kAll };

  ModelArgs model;
  std::string data = "wordnet";  // or a path: see FindCorpusFiles
  Documents split = Documents::kAuto;
  int64_t batch_size = 8;
  std::optional<int64_t> seq_len;      // unset: the model's max_seqlen
  std::optional<int64_t> max_batches;  // unset: all
  bool recall = false;
  int64_t recall_entries = 200;
  int64_t seed = 42;
  std::string wordnet_dir = "/usr/share/wordnet";
  bool json = false;
};

void Describe(Section& section, EvalArgs& args);

// Loads the model, measures its loss on the data and, if asked, its recall. `screen` shows
// progress and warnings, not the report.
// Errors: those of the checkpoint, of the data and of WordNet.
absl::StatusOr<EvalReport> Evaluate(const EvalArgs& args, Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_RUN_H_
