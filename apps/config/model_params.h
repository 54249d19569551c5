// params.json of a checkpoint: what is needed to build its model and to read text with it.

#ifndef MNEME_APPS_CONFIG_MODEL_PARAMS_H_
#define MNEME_APPS_CONFIG_MODEL_PARAMS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/config/model_schema.h"
#include "data/loader/data_config.h"

namespace mneme {

struct ModelParams {
  ModelSection model;
  TokenizerConfig tokenizer;  // its name is empty where none is named
  // How many ids it has; the model may have rows for more. Older checkpoints do not say it.
  std::optional<int64_t> tokenizer_size;
};

std::string ModelParamsToJson(const ModelParams& params);
// Errors name `origin`, the file.
absl::StatusOr<ModelParams> ModelParamsFromJson(const std::string& text, const std::string& origin);

// Those of a checkpoint. The path of its tokenizer, if relative, is seen from its folder.
absl::StatusOr<ModelParams> ModelParamsOf(const Checkpoint& checkpoint);

// An error unless `tokenizer`, which has `size` ids, has as many as the one that the model was
// trained with or, where `params` do not say that, at most as many as the model. `model` names it,
// `remedy` ends the sentence.
absl::Status CheckTokenizerSize(const TokenizerConfig& tokenizer, int64_t size,
                                const ModelParams& params, absl::string_view model,
                                absl::string_view remedy);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_MODEL_PARAMS_H_
