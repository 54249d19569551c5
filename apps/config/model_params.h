// params.json of a checkpoint: what is needed to build its model and to read text with it.

#ifndef MNEME_APPS_CONFIG_MODEL_PARAMS_H_
#define MNEME_APPS_CONFIG_MODEL_PARAMS_H_

#include <string>

#include "absl/status/statusor.h"
#include "apps/config/model_schema.h"
#include "data/loader/data_config.h"

namespace mneme {

struct ModelParams {
  ModelSection model;
  TokenizerConfig tokenizer;  // its name is empty where none is named
};

std::string ModelParamsToJson(const ModelParams& params);
// Errors name `origin`, the file.
absl::StatusOr<ModelParams> ModelParamsFromJson(const std::string& text, const std::string& origin);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_MODEL_PARAMS_H_
