#include "apps/model/model_state.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/checkpoint/match.h"
#include "apps/config/model_params.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Of StepGuard::Counts, in state.json.
constexpr char kUpdates[] = "optimizer.updates";
constexpr char kSkipped[] = "optimizer.skipped";
constexpr char kSkippedInARow[] = "optimizer.skipped_in_a_row";
constexpr char kGoodInARow[] = "optimizer.good_in_a_row";
constexpr char kLossScale[] = "optimizer.loss_scale";

constexpr int64_t kPieceBytes = int64_t{64} << 20;  // copied from a GPU at a time

// One tensor of a model under its name: where it is saved from and restored to.
struct StateTensor {
  std::string name;
  Tensor tensor;
  bool is_model;  // else the optimizer's
};

std::vector<StateTensor> StateTensors(LanguageModel* model, ModelOptimizer* optimizer) {
  std::vector<StateTensor> tensors;
  const auto& parameters = model->parameters().all();
  for (size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& p = *parameters[i];
    tensors.push_back({p.name, p.master, true});
    if (optimizer == nullptr) continue;
    const AdamW::Moments& moments = optimizer->adamw()->moments()[i];
    tensors.push_back({p.name + ".exp_avg", moments.exp_avg, false});
    tensors.push_back({p.name + ".exp_avg_sq", moments.exp_avg_sq, false});
  }
  for (ValueStore* table : model->tables()) {
    for (StoreTensor& piece : table->State()) {
      const bool is_model = piece.name == table->name();
      if (is_model || optimizer != nullptr) {
        tensors.push_back({std::move(piece.name), std::move(piece.tensor), is_model});
      }
    }
  }
  if (optimizer == nullptr) return tensors;
  const std::vector<PickUsage*> usages = model->usages();
  for (size_t i = 0; i < usages.size(); ++i) {
    tensors.push_back({absl::StrCat("usage.", i, ".touched"), usages[i]->touched_bits(), false});
  }
  return tensors;
}

// The tensor's bytes, through a piece of host memory.
absl::Status CopyOut(const Tensor& tensor, SafetensorsSink sink) {
  const Tensor flat = tensor.Reshape({tensor.numel()});
  const int64_t piece = kPieceBytes / DTypeBytes(tensor.dtype());
  for (int64_t begin = 0; begin < flat.numel(); begin += piece) {
    const Tensor host = flat.Slice(begin, std::min(begin + piece, flat.numel())).To(Device::Cpu());
    MNEME_RETURN_IF_ERROR(sink(host.raw(), host.bytes()));
  }
  return absl::OkStatus();
}

SafetensorsItem ItemOf(const std::string& name, const Tensor& tensor) {
  SafetensorsItem item = {.name = name, .dtype = tensor.dtype(), .shape = tensor.shape()};
  if (tensor.device().is_cpu()) {
    item.data = tensor.raw();
  } else {
    item.produce = [tensor](SafetensorsSink sink) { return CopyOut(tensor, sink); };
  }
  return item;
}

absl::StatusOr<int64_t> Count(const Checkpoint& checkpoint, const std::string& key) {
  const auto found = checkpoint.state().counts.find(key);
  if (found != checkpoint.state().counts.end()) return found->second;
  return absl::InvalidArgumentError(
      absl::StrCat("checkpoint '", checkpoint.path(), "' has no count ", key, " in state.json"));
}

// The one that `params` name or, if it has a name, `chosen`. `checkpoint`: for messages.
absl::StatusOr<std::shared_ptr<const Tokenizer>> TokenizerOf(const ModelParams& params,
                                                             const TokenizerConfig& chosen,
                                                             const std::string& checkpoint) {
  constexpr char kRemedy[] = "set tokenizer.name and tokenizer.path";
  const TokenizerConfig& config = chosen.name.empty() ? params.tokenizer : chosen;
  if (config.name.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the tokenizer of ", checkpoint, " is not named; ", kRemedy));
  }
  const auto made = MakeTokenizer(config.name, config.path);
  if (!made.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("the tokenizer of ", checkpoint, ": ",
                                                   made.status().message(), "; ", kRemedy));
  }
  MNEME_RETURN_IF_ERROR(CheckTokenizerSize(config, (*made)->vocab_size(), params, checkpoint,
                                           absl::StrCat(kRemedy, " to the model's own")));
  return made;
}

}  // namespace

void AddModelState(LanguageModel* model, ModelOptimizer* optimizer, CheckpointContents* contents) {
  for (const StateTensor& state : StateTensors(model, optimizer)) {
    (state.is_model ? contents->model : contents->optimizer)
        .push_back(ItemOf(state.name, state.tensor));
  }
  const StepGuard::Counts counts = optimizer->guard()->Read();
  contents->state.counts[kUpdates] = counts.updates;
  contents->state.counts[kSkipped] = counts.skipped;
  contents->state.counts[kSkippedInARow] = counts.skipped_in_a_row;
  contents->state.counts[kGoodInARow] = counts.good_in_a_row;
  contents->state.counts[kLossScale] = static_cast<int64_t>(counts.loss_scale);
}

absl::Status RestoreModel(const Checkpoint& checkpoint, LanguageModel* model,
                          ModelOptimizer* optimizer) {
  const std::vector<StateTensor> tensors = StateTensors(model, optimizer);
  std::vector<ExpectedTensor> model_tensors, optimizer_tensors;
  std::vector<LoadTarget> targets;
  std::vector<Tensor> staging;  // host memory for what lies on a GPU
  for (const StateTensor& state : tensors) {
    (state.is_model ? model_tensors : optimizer_tensors)
        .push_back({state.name, state.tensor.shape()});
    staging.push_back(
        state.tensor.device().is_cpu()
            ? state.tensor
            : Tensor::Empty(state.tensor.shape(), state.tensor.dtype(), Device::Cpu()));
    targets.push_back(
        {state.name, state.tensor.dtype(), state.tensor.shape(), staging.back().raw()});
  }
  MNEME_RETURN_IF_ERROR(MatchTensors(checkpoint, Holds::kModel, model_tensors));
  if (optimizer != nullptr) {
    MNEME_RETURN_IF_ERROR(MatchTensors(checkpoint, Holds::kOptimizer, optimizer_tensors));
  }
  MNEME_RETURN_IF_ERROR(checkpoint.Load(targets));
  for (size_t i = 0; i < tensors.size(); ++i) {
    Tensor tensor = tensors[i].tensor;
    if (!tensor.device().is_cpu()) tensor.CopyFromHost(staging[i].raw());
  }
  model->parameters().RefreshCopies();
  for (ValueStore* table : model->tables()) table->FinishRestore();
  if (optimizer == nullptr) return absl::OkStatus();
  for (PickUsage* usage : model->usages()) usage->FinishRestore();
  StepGuard::Counts counts;
  MNEME_ASSIGN_OR_RETURN(counts.updates, Count(checkpoint, kUpdates));
  MNEME_ASSIGN_OR_RETURN(counts.skipped, Count(checkpoint, kSkipped));
  MNEME_ASSIGN_OR_RETURN(counts.skipped_in_a_row, Count(checkpoint, kSkippedInARow));
  MNEME_ASSIGN_OR_RETURN(counts.good_in_a_row, Count(checkpoint, kGoodInARow));
  MNEME_ASSIGN_OR_RETURN(const int64_t loss_scale, Count(checkpoint, kLossScale));
  // A run that goes on in another precision begins with that one's scale.
  const bool was_scaled = loss_scale > 1;
  const bool is_scaled = model->parameters().dtype() == DType::kF16;
  counts.loss_scale = was_scaled == is_scaled ? static_cast<float>(loss_scale)
                                              : optimizer->guard()->Read().loss_scale;
  optimizer->guard()->Restore(counts);
  return absl::OkStatus();
}

absl::StatusOr<FoundCheckpoint> RestoreLatest(const std::string& dump_dir, LanguageModel* model,
                                              ModelOptimizer* optimizer) {
  std::vector<std::string> warnings;
  for (std::optional<int64_t> before;;) {
    FoundCheckpoint found = FindLatestCheckpoint(dump_dir, Verify::kSizes, before);
    warnings.insert(warnings.end(), found.warnings.begin(), found.warnings.end());
    found.warnings = warnings;
    if (!found.checkpoint) return found;
    const absl::Status restored = RestoreModel(*found.checkpoint, model, optimizer);
    if (restored.ok()) return found;
    if (!absl::IsDataLoss(restored)) return restored;
    before = found.checkpoint->step();
    warnings.push_back(SkippedWarning(*before, restored));
  }
}

absl::StatusOr<LoadedModel> LoadModel(const std::string& ckpt_dir, Device device, DType dtype,
                                      const TokenizerConfig& tokenizer) {
  MNEME_ASSIGN_OR_RETURN(FoundCheckpoint found, ResolveCheckpoint(ckpt_dir, Verify::kSizes));
  const Checkpoint& checkpoint = *found.checkpoint;
  LoadedModel loaded;
  loaded.path = checkpoint.path();
  loaded.step = checkpoint.step();
  loaded.warnings = std::move(found.warnings);
  MNEME_ASSIGN_OR_RETURN(const ModelParams params, ModelParamsOf(checkpoint));
  MNEME_ASSIGN_OR_RETURN(
      loaded.tokenizer,
      TokenizerOf(params, tokenizer, absl::StrCat("checkpoint '", checkpoint.path(), "'")));
  MNEME_ASSIGN_OR_RETURN(
      loaded.model,
      LanguageModel::Create(params.model.model, params.model.memory, 0, device, dtype));
  MNEME_RETURN_IF_ERROR(RestoreModel(checkpoint, loaded.model.get(), nullptr));
  return loaded;
}

}  // namespace mneme
