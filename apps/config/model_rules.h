// What the keys of a model section say together.

#ifndef MNEME_APPS_CONFIG_MODEL_RULES_H_
#define MNEME_APPS_CONFIG_MODEL_RULES_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "memory_layer/memory_config.h"
#include "nn/model_config.h"

namespace mneme {

// In both, `section` is where messages find the keys: "model." or "".

// Sets n_heads to dim / head_dim where `set_keys` has head_dim only.
void InferHeads(const std::set<std::string>& set_keys, absl::string_view section,
                ModelConfig* model);

// Whether the keys agree. Each error is a sentence that names the keys and their values, and what
// to do.
absl::Status ValidateModel(const ModelConfig& model, const MemoryConfig& memory,
                           absl::string_view section);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_MODEL_RULES_H_
