// The configuration of a training run, from a command line or from text, ready for use.

#ifndef MNEME_APPS_CONFIG_TRAIN_ARGS_H_
#define MNEME_APPS_CONFIG_TRAIN_ARGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/config/apply.h"
#include "apps/config/train_config.h"

namespace mneme {

struct TrainArgs {
  bool wants_help = false;  // print `help`; nothing else is meaningful then
  std::string help;
  // Its paths are resolved, and what it leaves open follows from the checkpoint that the run starts
  // from (follow_checkpoint.h) and from other keys (settle.h); valid (validate.h).
  TrainConfig config;
  ConfigReport report;
};

// Defaults < the file named by config=, or the quickstart < command line.
absl::StatusOr<TrainArgs> LoadTrainArgs(int argc, const char* const* argv);

// The same from the text of a configuration file, which messages call `origin`.
absl::StatusOr<TrainArgs> ParseTrainYaml(absl::string_view text, absl::string_view origin);

// What ParseTrainYaml reads back as the same: for dump_dir/config.yaml.
std::string DumpTrainYaml(const TrainConfig& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_TRAIN_ARGS_H_
