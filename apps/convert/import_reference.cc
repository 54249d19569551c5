#include <algorithm>
#include <cstring>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/config/train_args.h"
#include "apps/convert/imported_model.h"
#include "apps/model/tensor_list.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

// The names that a tensor of ours may have there.
std::vector<std::string> ReferenceNames(const std::string& name, const MemoryConfig& memory) {
  std::vector<std::string> names = {
      name, absl::StrReplaceAll(name, {{".query_proj.", ".query_proj.query_mlps.0."}})};
  if (memory.mem_share_values && IsTableName(name)) {
    const std::string table = name.substr(name.find(".feed_forward."));
    for (const int64_t layer : memory.layers) {
      names.push_back(absl::StrCat("layers.", layer, table));
    }
  }
  std::sort(names.begin() + 1, names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

bool SameBytes(const RowSource& a, const RowSource& b) {
  return a.dtype == b.dtype && a.pieces[0].bytes == b.pieces[0].bytes &&
         std::memcmp(a.pieces[0].data, b.pieces[0].data, a.pieces[0].bytes) == 0;
}

// The tensor under whichever of `names` it has; under several it must be the same.
absl::StatusOr<RowSource> FindAny(const WeightFiles& files, const std::vector<std::string>& names,
                                  const Shape& shape, std::set<std::string>* used) {
  std::optional<RowSource> found;
  for (const std::string& name : names) {
    if (!files.Contains(name)) continue;
    MNEME_ASSIGN_OR_RETURN(RowSource source, files.Find(name, shape));
    used->insert(name);
    if (!found) {
      found = std::move(source);
    } else if (!SameBytes(*found, source)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", files.path(), "': ", name, " is not that of the first memory layer, as ",
          "mem_share_values: true has it; set it to false in the configuration"));
    }
  }
  if (found) return *found;
  return files.Find(names[0], shape);  // the error
}

// Buffers that follow from the configuration.
bool IsBuffer(const std::string& name) {
  return absl::StrContains(name, "freqs_cis") || absl::EndsWith(name, "inv_freq");
}

}  // namespace

absl::StatusOr<ImportedModel> ImportReference(const std::string& weights,
                                              const std::string& config_file) {
  ImportedModel imported;
  MNEME_ASSIGN_OR_RETURN(const std::string text, ReadFile(config_file));
  MNEME_ASSIGN_OR_RETURN(const TrainArgs args, ParseTrainYaml(text, config_file));
  imported.params = {{args.config.model, args.config.memory}, args.config.data.tokenizer};
  MNEME_ASSIGN_OR_RETURN(imported.files, WeightFiles::Open(weights));
  ModelConfig& model = imported.params.model.model;
  if (model.vocab_size < 0) {
    MNEME_ASSIGN_OR_RETURN(const Shape shape, imported.files.ShapeOf("tok_embeddings.weight"));
    model.vocab_size = shape.empty() ? 1 : shape[0];
  }
  const MemoryConfig& memory = imported.params.model.memory;
  std::set<std::string> used;
  for (const ExpectedTensor& tensor : ModelTensors(model, memory)) {
    MNEME_ASSIGN_OR_RETURN(
        const RowSource source,
        FindAny(imported.files, ReferenceNames(tensor.name, memory), tensor.shape, &used));
    imported.items.push_back(ConvertedItem(tensor.name, source, DType::kF32, nullptr));
  }
  for (const std::string& name : imported.files.names()) {
    const bool is_tied_output = name == "output.weight" && model.weight_tying;
    if (used.contains(name) || is_tied_output || IsBuffer(name)) continue;
    return absl::InvalidArgumentError(absl::StrCat("'", weights, "' holds tensor ", name,
                                                   ", which the model of '", config_file,
                                                   "' does not have"));
  }
  return imported;
}

}  // namespace mneme
