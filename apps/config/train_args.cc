#include "apps/config/train_args.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/config/args.h"
#include "apps/config/follow_checkpoint.h"
#include "apps/config/quickstart.h"
#include "apps/config/settle.h"
#include "apps/config/train_schema.h"
#include "apps/config/validate.h"
#include "apps/config/yaml_writer.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

ProgramInfo TrainInfo() {
  return {.target = "//apps:train",
          .summary = "Trains a language model whose feed-forwards may be memory layers.",
          .example = "config=run.yaml model.dim=64 steps=100 dump_dir=runs/first",
          .fallback_yaml = QuickstartYaml(),
          .fallback_name = "quickstart"};
}

absl::Status Complete(TrainArgs* args) {
  MNEME_RETURN_IF_ERROR(FollowInitCheckpoint(&args->report.set_keys, &args->config));
  Settle(&args->config, &args->report);
  return Validate(args->config);
}

}  // namespace

absl::StatusOr<TrainArgs> LoadTrainArgs(int argc, const char* const* argv) {
  TrainArgs args;
  MNEME_ASSIGN_OR_RETURN(ParsedArgs parsed, ParseArgs(argc, argv, TrainInfo(), &args.config));
  args.wants_help = parsed.wants_help;
  args.help = std::move(parsed.help);
  args.report = std::move(parsed.report);
  if (args.wants_help) return args;
  MNEME_RETURN_IF_ERROR(Complete(&args));
  return args;
}

absl::StatusOr<TrainArgs> ParseTrainYaml(absl::string_view text, absl::string_view origin) {
  TrainArgs args;
  const Schema schema = SchemaOf(args.config);
  MNEME_ASSIGN_OR_RETURN(const YamlTree tree, ParseYaml(text, origin));
  MNEME_RETURN_IF_ERROR(ApplyTree(schema, tree, &args.report));
  ResolvePaths(schema);
  const absl::Status complete = Complete(&args);
  if (!complete.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": ", complete.message()));
  }
  return args;
}

std::string DumpTrainYaml(const TrainConfig& config) {
  TrainConfig copy = config;
  return absl::StrCat(
      "# Every setting of this run. To run it again: config=THIS_FILE dump_dir=ANOTHER.\n",
      WriteYaml(SchemaOf(copy)));
}

}  // namespace mneme
