// config.json of a Hugging Face Llama as the shape of our transformer, and back.

#ifndef MNEME_APPS_CONVERT_HF_CONFIG_H_
#define MNEME_APPS_CONVERT_HF_CONFIG_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "nn/model_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

// Errors, each naming `origin`, the key and its value: no Llama, and what this transformer has not,
// such as biases, another activation or scaled rotary frequencies.
absl::StatusOr<ModelConfig> ModelFromHfConfig(absl::string_view json, const std::string& origin);

struct HfTokens {
  int64_t bos_id = -1;
  int64_t eos_id = -1;
};

// The inverse. dtype: of the weights beside it.
std::string HfConfigFromModel(const ModelConfig& model, const HfTokens& tokens, DType dtype);

// Sets ffn_dim_multiplier and multiple_of so that FeedForwardHidden(*model) is `hidden`.
void SetFeedForwardHidden(int64_t hidden, ModelConfig* model);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_HF_CONFIG_H_
