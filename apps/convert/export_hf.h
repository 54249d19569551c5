// A checkpoint as a Hugging Face Llama.

#ifndef MNEME_APPS_CONVERT_EXPORT_HF_H_
#define MNEME_APPS_CONVERT_EXPORT_HF_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/config/model_params.h"
#include "apps/convert/hf_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct HfExport {
  DType dtype = DType::kF32;  // f32, bf16 or f16
  int64_t max_shard_bytes = 5'000'000'000;
  HfTokens tokens;
};

// Writes config.json, generation_config.json and model.safetensors or, if that is larger than
// max_shard_bytes, shards with their index. The folder is made; config.json comes last. Errors: a
// model with memory layers, which Llama does not have; a folder that holds a model; those of
// writing.
absl::Status ExportHf(const Checkpoint& checkpoint, const ModelParams& params,
                      const std::string& folder, const HfExport& options);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_EXPORT_HF_H_
