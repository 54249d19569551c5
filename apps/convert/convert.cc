#include "apps/convert/convert.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "apps/checkpoint/find.h"
#include "apps/checkpoint/layout.h"
#include "apps/checkpoint/run_lock.h"
#include "apps/checkpoint/write.h"
#include "apps/convert/export_hf.h"
#include "apps/convert/imported_model.h"
#include "apps/convert/tokenizer_files.h"
#include "apps/progress/format.h"
#include "apps/progress/task_progress.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

bool Exists(const std::string& path) {
  std::error_code error;
  return std::filesystem::exists(path, error);
}

bool HoldsCheckpoint(const std::string& run) {
  const std::vector<std::string> names = ListNames(CheckpointsFolder(run));
  return std::any_of(names.begin(), names.end(),
                     [](const std::string& name) { return StepOfCheckpointName(name); });
}

bool IsReference(const std::string& path) {
  return absl::EndsWith(path, ".safetensors") || Exists(path + "/params.json");
}

// The configuration that belongs to reference weights: --params, or beside them.
absl::StatusOr<std::string> ReferenceConfig(const ConvertArgs& args) {
  if (!args.params.empty()) return args.params;
  std::error_code error;
  const std::filesystem::path from(args.from);
  const std::filesystem::path folder =
      std::filesystem::is_directory(from, error) ? from : from.parent_path();
  for (const char* name : {"params.json", "config.yaml"}) {
    if (Exists((folder / name).string())) return (folder / name).string();
  }
  return absl::NotFoundError(absl::StrCat(
      "'", folder.string(), "' has neither params.json nor config.yaml; set params to ",
      "the configuration that the model was trained with"));
}

// The tokenizer must be there and fit: a checkpoint without is of no use.
absl::Status SettleTokenizer(const ConvertArgs& args, ModelParams* params) {
  if (args.tokenizer.name != "auto") params->tokenizer = args.tokenizer;
  if (params->tokenizer.name.empty()) {
    return absl::NotFoundError(absl::StrCat("'", args.from,
                                            "' has no tokenizer.model or tokenizer.json; set "
                                            "tokenizer.name and tokenizer.path"));
  }
  MNEME_ASSIGN_OR_RETURN(const auto tokenizer,
                         MakeTokenizer(params->tokenizer.name, params->tokenizer.path));
  MNEME_RETURN_IF_ERROR(
      CheckTokenizerSize(params->tokenizer, tokenizer->vocab_size(), *params,
                         absl::StrCat("the model of '", args.from, "'"),
                         "set tokenizer.name and tokenizer.path to the model's own"));
  params->tokenizer_size = tokenizer->vocab_size();
  return absl::OkStatus();
}

// Copies the tokenizer into the run directory `to`, so that it can be moved, and names it as seen
// from the checkpoint there.
absl::Status BringTokenizer(const std::string& to, TokenizerConfig* tokenizer) {
  MNEME_ASSIGN_OR_RETURN(*tokenizer,
                         CopyTokenizer(*tokenizer, to + "/tokenizer",
                                       std::filesystem::copy_options::overwrite_existing));
  if (tokenizer->path.empty()) return absl::OkStatus();
  const std::filesystem::path checkpoint = JoinPath(CheckpointsFolder(to), CheckpointName(0));
  tokenizer->path = std::filesystem::path(tokenizer->path).lexically_relative(checkpoint).string();
  return absl::OkStatus();
}

absl::Status Import(const ConvertArgs& args, ImportedModel imported, Screen* screen) {
  MNEME_RETURN_IF_ERROR(SettleTokenizer(args, &imported.params));
  const int64_t n_ids = *imported.params.tokenizer_size;
  const int64_t room = imported.params.model.model.vocab_size;
  if (n_ids < room) {
    screen->Print(absl::StrCat("note: the tokenizer, ", imported.params.tokenizer.name, ", has ",
                               n_ids, " ids; the model has room for ", room));
  }
  if (HoldsCheckpoint(args.to)) {
    return absl::AlreadyExistsError(
        absl::StrCat("'", args.to, "' has checkpoints already; choose another folder"));
  }
  MNEME_ASSIGN_OR_RETURN(const RunLock lock, RunLock::Acquire(args.to));
  MNEME_RETURN_IF_ERROR(BringTokenizer(args.to, &imported.params.tokenizer));
  CheckpointContents contents;
  contents.model = std::move(imported.items);
  contents.params = ModelParamsToJson(imported.params);
  WriteOptions options;
  TaskProgress bar(screen, "writing checkpoint", TaskProgress::Unit::kBytes);
  options.progress = [&](int64_t done, int64_t total) { bar.Update(done, total); };
  MNEME_ASSIGN_OR_RETURN(const WrittenCheckpoint written,
                         WriteCheckpoint(args.to, contents, options));
  screen->Print(
      absl::StrCat("wrote ", written.path, ", ", ShortBytes(static_cast<double>(written.bytes)),
                   "\nuse it with //apps:generate and //apps:eval as ckpt_dir=", args.to,
                   ", or start training from it with checkpoint.init_ckpt_path=", args.to));
  return absl::OkStatus();
}

// For a folder of Hugging Face's, if the tokenizer is of a kind known there.
void ExportTokenizer(const TokenizerConfig& tokenizer, const std::string& folder, Screen* screen) {
  if (tokenizer.name.empty()) return;
  if (tokenizer.name != "sp" && tokenizer.name != "hf") {
    screen->Print(absl::StrCat("note: the tokenizer, ", tokenizer.name,
                               ", has no file that Hugging Face reads; add a tokenizer.json"));
    return;
  }
  const absl::Status copied =
      CopyTokenizer(tokenizer, folder, std::filesystem::copy_options::skip_existing).status();
  if (!copied.ok()) screen->Print(absl::StrCat("warning: ", copied.message()));
}

absl::Status Export(const ConvertArgs& args, Screen* screen) {
  MNEME_ASSIGN_OR_RETURN(const FoundCheckpoint found,
                         ResolveCheckpoint(args.from, Verify::kChecksums));
  for (const std::string& warning : found.warnings) {
    screen->Print(absl::StrCat("warning: ", warning));
  }
  const Checkpoint& checkpoint = *found.checkpoint;
  MNEME_ASSIGN_OR_RETURN(const ModelParams params, ModelParamsOf(checkpoint));
  HfExport options = {.dtype = args.dtype, .max_shard_bytes = args.max_shard_bytes};
  const auto tokenizer = MakeTokenizer(params.tokenizer.name, params.tokenizer.path);
  if (tokenizer.ok()) {
    options.tokens = {(*tokenizer)->bos_id(), (*tokenizer)->eos_id()};
  } else {
    screen->Print(
        absl::StrCat("warning: no ids of begin and end of text: ", tokenizer.status().message()));
  }
  MNEME_RETURN_IF_ERROR(ExportHf(checkpoint, params, args.to, options));
  ExportTokenizer(params.tokenizer, args.to, screen);
  screen->Print(absl::StrCat("wrote ", args.to, ", from ", checkpoint.path()));
  return absl::OkStatus();
}

}  // namespace

void Describe(Section& s, ConvertArgs& c) {
  s.AddPath("from", c.from,
            "a Hugging Face folder, reference safetensors, or a run directory or checkpoint");
  s.AddPath("to", c.to, "the run directory, or for a checkpoint the Hugging Face folder, to make");
  s.AddPath("params", c.params,
            "configuration of reference weights; \"\": params.json or config.yaml beside them");
  Section tokenizer = s.Sub("tokenizer", "what the imported model reads text with");
  tokenizer.Add("name", c.tokenizer.name, {"auto", "bytes", "sp", "tiktoken", "hf"},
                "as data.tokenizer.name of //apps:train; auto: the one beside the weights");
  tokenizer.AddPath("path", c.tokenizer.path,
                    "its file, which is copied into `to`; for hf, the folder too");
  s.Add("dtype", c.dtype, {{"fp32", DType::kF32}, {"bf16", DType::kBF16}, {"fp16", DType::kF16}},
        "of exported weights");
  s.Add("max_shard_bytes", c.max_shard_bytes, {.min = 1}, "largest file of an export");
}

absl::Status Convert(const ConvertArgs& args, Screen* screen) {
  if (args.from.empty() || args.to.empty()) {
    return absl::InvalidArgumentError("set from and to; --help says to what");
  }
  if (!Exists(args.from)) {
    return absl::NotFoundError(absl::StrCat("there is no '", args.from, "'"));
  }
  if (Exists(args.from + "/" + kManifestFile) || Exists(CheckpointsFolder(args.from))) {
    return Export(args, screen);
  }
  if (Exists(args.from + "/config.json")) {
    MNEME_ASSIGN_OR_RETURN(ImportedModel imported, ImportHf(args.from));
    return Import(args, std::move(imported), screen);
  }
  if (!IsReference(args.from) && args.params.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", args.from, "' is no Hugging Face folder (no config.json), no safetensors with their ",
        "configuration (no params.json), and no checkpoint (no ", kManifestFile, ")"));
  }
  MNEME_ASSIGN_OR_RETURN(const std::string config, ReferenceConfig(args));
  MNEME_ASSIGN_OR_RETURN(ImportedModel imported, ImportReference(args.from, config));
  return Import(args, std::move(imported), screen);
}

}  // namespace mneme
