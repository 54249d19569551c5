// The tensors of a model by name and shape, without making the model.

#ifndef MNEME_APPS_MODEL_TENSOR_LIST_H_
#define MNEME_APPS_MODEL_TENSOR_LIST_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "apps/checkpoint/match.h"
#include "memory_layer/memory_config.h"
#include "nn/model_config.h"

namespace mneme {

// Parameters and value tables of LanguageModel, those of a block together. model.vocab_size must be
// set.
std::vector<ExpectedTensor> ModelTensors(const ModelConfig& model, const MemoryConfig& memory);

// Whether a tensor of this name is a value table, "layers.4.feed_forward.values.weight", rather
// than a parameter.
bool IsTableName(absl::string_view name);

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_TENSOR_LIST_H_
