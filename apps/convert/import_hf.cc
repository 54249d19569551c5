#include <filesystem>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "apps/convert/hf_config.h"
#include "apps/convert/hf_names.h"
#include "apps/convert/imported_model.h"
#include "apps/model/tensor_list.h"
#include "data/tokenizer/byte_tokenizer.h"
#include "runtime/core/status.h"
#include "runtime/files/file_util.h"

namespace mneme {
namespace {

TokenizerConfig FindTokenizer(const std::string& folder, int64_t vocab_size) {
  constexpr std::pair<const char*, const char*> kFiles[] = {{"sp", "tokenizer.model"},
                                                            {"hf", "tokenizer.json"}};
  for (const auto& [name, file] : kFiles) {
    const std::string path = absl::StrCat(folder, "/", file);
    std::error_code error;
    if (std::filesystem::exists(path, error)) return {name, path};
  }
  return {vocab_size == ByteTokenizer().vocab_size() ? "bytes" : "", ""};
}

// A file may hold tensors that follow from others: the tied output, frequencies of the rotation.
bool IsRedundant(const std::string& name, const ModelConfig& model) {
  return (name == "lm_head.weight" && model.weight_tying) ||
         absl::EndsWith(name, ".rotary_emb.inv_freq");
}

}  // namespace

absl::StatusOr<ImportedModel> ImportHf(const std::string& folder) {
  ImportedModel imported;
  const std::string config_file = folder + "/config.json";
  MNEME_ASSIGN_OR_RETURN(const std::string json, ReadFile(config_file));
  ModelConfig& model = imported.params.model.model;
  MNEME_ASSIGN_OR_RETURN(model, ModelFromHfConfig(json, config_file));
  imported.params.tokenizer = FindTokenizer(folder, model.vocab_size);
  MNEME_ASSIGN_OR_RETURN(imported.files, WeightFiles::Open(folder));
  std::set<std::string> used;
  for (const ExpectedTensor& tensor : ModelTensors(model, MemoryConfig())) {
    const std::string& name = *used.insert(HfName(tensor.name)).first;
    MNEME_ASSIGN_OR_RETURN(const RowSource source, imported.files.Find(name, tensor.shape));
    RowOrder order;
    if (HasRotaryRows(tensor.name)) {
      order = [head_dim = HeadDim(model)](int64_t row) { return HfRotaryRow(row, head_dim); };
    }
    imported.items.push_back(ConvertedItem(tensor.name, source, DType::kF32, order));
  }
  for (const std::string& name : imported.files.names()) {
    if (used.contains(name) || IsRedundant(name, model)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("'", folder, "' holds tensor ", name, ", which a plain Llama does not have"));
  }
  return imported;
}

}  // namespace mneme
