// The tensors of a model by name and shape, without making the model.

#ifndef MNEME_APPS_MODEL_TENSOR_LIST_H_
#define MNEME_APPS_MODEL_TENSOR_LIST_H_

#include <vector>

#include "apps/checkpoint/match.h"
#include "memory_layer/memory_config.h"
#include "nn/model_config.h"

namespace mneme {

// Parameters and value tables of LanguageModel, those of a block together. model.vocab_size must be
// set.
std::vector<ExpectedTensor> ModelTensors(const ModelConfig& model, const MemoryConfig& memory);

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_TENSOR_LIST_H_
