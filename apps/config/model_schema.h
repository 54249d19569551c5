// The model section of a configuration, alone: as checkpoints and golden fixtures keep it.

#ifndef MNEME_APPS_CONFIG_MODEL_SCHEMA_H_
#define MNEME_APPS_CONFIG_MODEL_SCHEMA_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/config/schema.h"
#include "memory_layer/memory_config.h"
#include "nn/model_config.h"

namespace mneme {

struct ModelSection {
  ModelConfig model;
  MemoryConfig memory;  // the key productkey_args
};

void Describe(Section& section, ModelSection& config);
void DescribeModel(Section& section, ModelConfig& model, MemoryConfig& memory);

// Parses and validates "dim: 32\nn_layers: 3\n...", or the same as JSON; `origin` is what
// messages call it. Keys that are absent have their defaults.
absl::StatusOr<ModelSection> ParseModelYaml(absl::string_view text, absl::string_view origin);

// What ParseModelYaml reads back as the same: for a checkpoint.
std::string DumpModelJson(const ModelSection& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_MODEL_SCHEMA_H_
