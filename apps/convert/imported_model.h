// A model of another program, ready to be written as a checkpoint.

#ifndef MNEME_APPS_CONVERT_IMPORTED_MODEL_H_
#define MNEME_APPS_CONVERT_IMPORTED_MODEL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/model_params.h"
#include "apps/convert/weight_files.h"
#include "runtime/files/safetensors_writer.h"

namespace mneme {

struct ImportedModel {
  ModelParams params;
  WeightFiles files;                   // what the items are read from
  std::vector<SafetensorsItem> items;  // f32, under the names that they have here
};

// A Hugging Face Llama: a folder with config.json and safetensors. The tokenizer is the one that
// lies there, or bytes for a vocabulary of bytes; else its name is "". Errors: those of
// ModelFromHfConfig and WeightFiles; a tensor that is missing, has another shape or no place here.
absl::StatusOr<ImportedModel> ImportHf(const std::string& folder);

// Weights of the reference systems: a safetensors file or a folder of such, and the configuration
// of their run, YAML or JSON. Tensors may be called as they are there (query_mlps.0), and a shared
// table may be there once or, with the same contents, for every layer.
absl::StatusOr<ImportedModel> ImportReference(const std::string& weights,
                                              const std::string& config_file);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_IMPORTED_MODEL_H_
