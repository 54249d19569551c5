#include "apps/train/run_checkpoint.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/find.h"
#include "apps/checkpoint/write.h"
#include "apps/config/model_params.h"
#include "apps/model/adopt_weights.h"
#include "apps/model/model_state.h"
#include "apps/progress/format.h"
#include "apps/progress/task_progress.h"
#include "apps/train/describe.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Of a run's state in a checkpoint.
constexpr char kLoaderState[] = "loader";
constexpr char kTokens[] = "total_tokens";
std::string SourceTokens(const std::string& source) { return absl::StrCat("tokens.", source); }

void PrintWarnings(const FoundCheckpoint& found, Screen* screen) {
  for (const std::string& warning : found.warnings) {
    screen->Print(absl::StrCat("warning: ", warning));
  }
}

absl::Status StartFromInitCheckpoint(const std::string& path, Trainer* trainer, Screen* screen) {
  MNEME_ASSIGN_OR_RETURN(const FoundCheckpoint found, ResolveCheckpoint(path, Verify::kSizes));
  PrintWarnings(found, screen);
  MNEME_ASSIGN_OR_RETURN(const AdoptedWeights adopted,
                         AdoptWeights(*found.checkpoint, trainer->model()));
  screen->Print(DescribeAdopted(found.checkpoint->path(), adopted));
  return absl::OkStatus();
}

// Counts and data; the weights are there already.
absl::Status GoOnFrom(const Checkpoint& checkpoint, Trainer* trainer) {
  const RunState& state = checkpoint.state();
  const auto loader = state.texts.find(kLoaderState);
  const auto tokens = state.counts.find(kTokens);
  if (loader == state.texts.end() || tokens == state.counts.end()) {
    return absl::InvalidArgumentError(absl::StrCat("checkpoint '", checkpoint.path(),
                                                   "' is not of a training run: its state.json "
                                                   "does not say where the data stands"));
  }
  MNEME_ASSIGN_OR_RETURN(const LoaderState data, LoaderStateFromJson(loader->second));
  RunTotals totals{.step = checkpoint.step(), .tokens = tokens->second};
  for (const std::string& source : trainer->source_names()) {
    const auto seen = state.counts.find(SourceTokens(source));
    totals.source_tokens.push_back(seen == state.counts.end() ? 0 : seen->second);
  }
  const absl::Status status = trainer->Seek(totals, data);
  if (!absl::IsDataLoss(status)) return status;
  return absl::DataLossError(
      absl::StrCat(status.message(), "; a run in another dump_dir takes this one's weights with ",
                   "checkpoint.init_ckpt_path=", checkpoint.path()));
}

}  // namespace

absl::Status CheckTokenizer(const TrainConfig& config, const Tokenizer& tokenizer) {
  FoundCheckpoint found = FindLatestCheckpoint(config.dump_dir, Verify::kSizes);
  const bool goes_on = found.checkpoint.has_value();
  const std::string& init = config.checkpoint.init_ckpt_path;
  if (!goes_on && !init.empty()) {
    MNEME_ASSIGN_OR_RETURN(found, ResolveCheckpoint(init, Verify::kSizes));
  }
  if (!found.checkpoint) return absl::OkStatus();
  MNEME_ASSIGN_OR_RETURN(const ModelParams params, ModelParamsOf(*found.checkpoint));
  return CheckTokenizerSize(
      config.data.tokenizer, tokenizer.vocab_size(), params,
      absl::StrCat("checkpoint '", found.checkpoint->path(), "'"),
      absl::StrCat("set data.tokenizer.name and data.tokenizer.path to the model's own",
                   goes_on ? ", or choose another dump_dir" : ""));
}

absl::StatusOr<bool> Resume(const TrainConfig& config, Trainer* trainer, Screen* screen) {
  const absl::StatusOr<FoundCheckpoint> found =
      RestoreLatest(config.dump_dir, trainer->model(), trainer->optimizer());
  if (!found.ok()) {
    return absl::Status(found.status().code(),
                        absl::StrCat(found.status().message(), "; set the model as in ",
                                     config.dump_dir, "/config.yaml, or choose another dump_dir"));
  }
  PrintWarnings(*found, screen);
  if (found->checkpoint) {
    MNEME_RETURN_IF_ERROR(GoOnFrom(*found->checkpoint, trainer));
    screen->Print(absl::StrCat("going on from ", found->checkpoint->path()));
    return true;
  }
  if (!found->warnings.empty()) {
    return absl::DataLossError(
        absl::StrCat("no checkpoint in '", config.dump_dir,
                     "' is whole; mend or remove them to begin anew, or choose another dump_dir"));
  }
  const std::string& init = config.checkpoint.init_ckpt_path;
  if (!init.empty()) MNEME_RETURN_IF_ERROR(StartFromInitCheckpoint(init, trainer, screen));
  return false;
}

absl::Status SaveCheckpoint(const TrainConfig& config, const Tokenizer& tokenizer, Trainer* trainer,
                            Screen* screen) {
  CheckpointContents contents;
  AddModelState(trainer->model(), trainer->optimizer(), &contents);
  const RunTotals& totals = trainer->totals();
  contents.state.step = totals.step;
  contents.state.counts[kTokens] = totals.tokens;
  for (size_t i = 0; i < totals.source_tokens.size(); ++i) {
    contents.state.counts[SourceTokens(trainer->source_names()[i])] = totals.source_tokens[i];
  }
  contents.state.texts[kLoaderState] = LoaderStateToJson(trainer->DataState());
  contents.params = ModelParamsToJson({.model = {config.model, config.memory},
                                       .tokenizer = config.data.tokenizer,
                                       .tokenizer_size = tokenizer.vocab_size()});
  WriteOptions options;
  options.retention = {.keep = config.checkpoint.dump.keep,
                       .dump_every = config.checkpoint.dump.every,
                       .eval_keep = config.checkpoint.eval.keep,
                       .eval_every = config.checkpoint.eval.every};
  TaskProgress bar(screen, "writing checkpoint", TaskProgress::Unit::kBytes);
  options.progress = [&](int64_t done, int64_t total) { bar.Update(done, total); };
  MNEME_ASSIGN_OR_RETURN(const WrittenCheckpoint written,
                         WriteCheckpoint(config.dump_dir, contents, options));
  screen->Log(absl::StrCat("saved ", written.path, ", ", ShortBytes(written.bytes)));
  if (!written.removal.ok()) screen->Print(absl::StrCat("warning: ", written.removal.message()));
  return absl::OkStatus();
}

}  // namespace mneme
