#include "apps/convert/export_hf.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/checkpoint/match.h"
#include "apps/checkpoint/tensor_files.h"
#include "apps/convert/hf_names.h"
#include "apps/convert/row_source.h"
#include "apps/model/tensor_list.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"
#include "runtime/files/file_util.h"
#include "runtime/files/safetensors_writer.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

using Json = nlohmann::ordered_json;
using Shards = std::vector<std::vector<SafetensorsItem>>;

absl::StatusOr<SafetensorsItem> ItemOf(const Checkpoint& checkpoint, const ExpectedTensor& tensor,
                                       const ModelConfig& model, DType dtype) {
  RowSource source = {checkpoint.Find(tensor.name)->dtype, tensor.shape, {}};
  MNEME_ASSIGN_OR_RETURN(const auto pieces, checkpoint.Pieces(tensor.name));
  for (const Checkpoint::Piece& piece : pieces) {
    source.pieces.push_back({piece.data, piece.bytes});
  }
  RowOrder order;
  if (HasRotaryRows(tensor.name)) {
    order = [head_dim = HeadDim(model)](int64_t row) { return OurRotaryRow(row, head_dim); };
  }
  return ConvertedItem(HfName(tensor.name), source, dtype, order);
}

// Whole tensors, in their order, as many in a shard as fit.
Shards Cut(std::vector<SafetensorsItem> items, int64_t max_shard_bytes) {
  Shards shards;
  int64_t filled_bytes = 0;
  for (SafetensorsItem& item : items) {
    const int64_t bytes = ItemBytes(item);
    if (shards.empty() || filled_bytes + bytes > max_shard_bytes) {
      shards.emplace_back();
      filled_bytes = 0;
    }
    filled_bytes += bytes;
    shards.back().push_back(std::move(item));
  }
  return shards;
}

absl::Status WriteShards(const Shards& shards, const std::string& folder) {
  const int64_t count = static_cast<int64_t>(shards.size());
  Json index = {{"metadata", {{"total_size", int64_t{0}}}}, {"weight_map", Json::object()}};
  int64_t total_bytes = 0;
  std::vector<std::string> names;
  for (int64_t i = 0; i < count; ++i) {
    names.push_back(count == 1 ? "model.safetensors"
                               : absl::StrFormat("model-%05d-of-%05d.safetensors", i + 1, count));
    for (const SafetensorsItem& item : shards[i]) {
      index["weight_map"][item.name] = names[i];
      total_bytes += ItemBytes(item);
    }
  }
  std::vector<absl::Status> statuses(count);
  ParallelFor(count, 1, [&](int64_t i, int64_t) {
    statuses[i] =
        WriteSafetensors(absl::StrCat(folder, "/", names[i]), shards[i], {{"format", "pt"}})
            .status();
  });
  for (const absl::Status& status : statuses) MNEME_RETURN_IF_ERROR(status);
  if (count == 1) return absl::OkStatus();
  index["metadata"]["total_size"] = total_bytes;
  return WriteFileAtomically(folder + "/model.safetensors.index.json", index.dump(2) + "\n");
}

}  // namespace

absl::Status ExportHf(const Checkpoint& checkpoint, const ModelParams& params,
                      const std::string& folder, const HfExport& options) {
  const ModelConfig& model = params.model.model;
  if (params.model.memory.is_enabled) {
    return absl::InvalidArgumentError(absl::StrCat(
        "checkpoint '", checkpoint.path(),
        "' has memory layers, for which Hugging Face's Llama has no place; only a model without "
        "can be exported"));
  }
  const std::string config_file = folder + "/config.json";
  std::error_code error;
  if (std::filesystem::exists(config_file, error)) {
    return absl::AlreadyExistsError(
        absl::StrCat("'", config_file, "' exists; choose another folder"));
  }
  const std::vector<ExpectedTensor> tensors = ModelTensors(model, params.model.memory);
  MNEME_RETURN_IF_ERROR(MatchTensors(checkpoint, Holds::kModel, tensors));
  std::vector<SafetensorsItem> items;
  for (const ExpectedTensor& tensor : tensors) {
    MNEME_ASSIGN_OR_RETURN(SafetensorsItem item, ItemOf(checkpoint, tensor, model, options.dtype));
    items.push_back(std::move(item));
  }
  MNEME_RETURN_IF_ERROR(MakeDirs(folder));
  MNEME_RETURN_IF_ERROR(WriteShards(Cut(std::move(items), options.max_shard_bytes), folder));
  Json generation = Json::object();
  if (options.tokens.bos_id >= 0) generation["bos_token_id"] = options.tokens.bos_id;
  if (options.tokens.eos_id >= 0) generation["eos_token_id"] = options.tokens.eos_id;
  MNEME_RETURN_IF_ERROR(
      WriteFileAtomically(folder + "/generation_config.json", generation.dump(2) + "\n"));
  return WriteFileAtomically(config_file, HfConfigFromModel(model, options.tokens, options.dtype));
}

}  // namespace mneme
