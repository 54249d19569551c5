#include "apps/model/adopt_weights.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "runtime/core/status.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

std::vector<NamedTensor> Weights(LanguageModel* model) {
  std::vector<NamedTensor> weights;
  for (const auto& parameter : model->parameters().all()) {
    weights.push_back({parameter->name, parameter->master});
  }
  for (ValueStore* table : model->tables()) {
    for (StoreTensor& piece : table->State()) {
      if (piece.name == table->name()) weights.push_back({piece.name, piece.tensor});
    }
  }
  return weights;
}

// 4 for layers.4.feed_forward.w1.weight if `dense`, for layers.4.feed_forward.keys if not.
std::optional<int64_t> FeedForwardBlock(const std::string& name, bool dense) {
  const std::vector<std::string> parts = absl::StrSplit(name, '.');
  int64_t block;
  if (parts.size() < 4 || parts[0] != "layers" || parts[2] != "feed_forward" ||
      !absl::SimpleAtoi(parts[1], &block)) {
    return std::nullopt;
  }
  const bool is_dense = parts[3] == "w1" || parts[3] == "w2" || parts[3] == "w3";
  return is_dense == dense ? std::optional<int64_t>(block) : std::nullopt;
}

bool HasMemory(const LanguageModel& model, std::optional<int64_t> block) {
  return block && std::any_of(model.memory_layers().begin(), model.memory_layers().end(),
                              [&](const auto& memory) { return memory.layer == *block; });
}

}  // namespace

absl::StatusOr<AdoptedWeights> AdoptWeights(const Checkpoint& checkpoint, LanguageModel* model) {
  AdoptedWeights adopted;
  std::vector<NamedTensor> shared;
  std::set<std::string> names;
  for (NamedTensor& weight : Weights(model)) {
    names.insert(weight.name);
    const CheckpointTensor* tensor = checkpoint.Find(weight.name);
    const std::optional<int64_t> memory = FeedForwardBlock(weight.name, /*dense=*/false);
    if (tensor != nullptr) {
      shared.push_back(std::move(weight));
    } else if (memory) {
      adopted.new_memory.insert(*memory);
    } else {
      return absl::InvalidArgumentError(
          absl::StrCat(weight.name, ", ", ShapeString(weight.tensor.shape()),
                       " in this model, is missing in checkpoint '", checkpoint.path(), "'"));
    }
  }
  for (const CheckpointTensor& tensor : checkpoint.tensors()) {
    if (tensor.holds != Holds::kModel || names.contains(tensor.name)) continue;
    const std::optional<int64_t> dense = FeedForwardBlock(tensor.name, /*dense=*/true);
    if (!HasMemory(*model, dense)) {
      return absl::InvalidArgumentError(absl::StrCat(tensor.name, ", ", ShapeString(tensor.shape),
                                                     " in checkpoint '", checkpoint.path(),
                                                     "', has no place in this model"));
    }
    adopted.replaced.insert(*dense);
  }

  std::vector<LoadTarget> targets;
  std::vector<Tensor> staging;  // host memory for what lies on a GPU or has another dtype
  for (const NamedTensor& weight : shared) {
    const Tensor& tensor = weight.tensor;
    const DType stored = checkpoint.Find(weight.name)->dtype;
    const DType dtype = IsFloat(stored) ? stored : tensor.dtype();
    const bool in_place = tensor.device().is_cpu() && dtype == tensor.dtype();
    staging.push_back(in_place ? tensor : Tensor::Empty(tensor.shape(), dtype, Device::Cpu()));
    targets.push_back({weight.name, dtype, tensor.shape(), staging.back().raw()});
  }
  MNEME_RETURN_IF_ERROR(checkpoint.Load(targets));
  for (size_t i = 0; i < shared.size(); ++i) {
    Tensor& tensor = shared[i].tensor;
    if (staging[i].raw() == tensor.raw()) continue;
    tensor.CopyFromHost(Cast(staging[i], tensor.dtype()).raw());
    staging[i] = Tensor();
  }
  model->parameters().RefreshCopies();
  for (ValueStore* table : model->tables()) table->FinishRestore();
  return adopted;
}

}  // namespace mneme
