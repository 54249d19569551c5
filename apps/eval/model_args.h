// The keys that every program which uses a trained model has.

#ifndef MNEME_APPS_EVAL_MODEL_ARGS_H_
#define MNEME_APPS_EVAL_MODEL_ARGS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "apps/config/schema.h"
#include "apps/model/model_state.h"
#include "apps/progress/screen.h"
#include "data/loader/data_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct ModelArgs {
  std::string ckpt_dir = "runs/quickstart";  // where //apps:train leaves its first run
  std::string device = "auto";
  DType dtype = DType::kF32;
  int64_t threads = 0;                           // 0: all
  TokenizerConfig tokenizer = {.name = "auto"};  // auto: the one that the checkpoint names
};

void Describe(Section& section, ModelArgs& args);

// Sets the number of threads, loads the model and tells `screen` what was skipped on the way.
// Errors: a device or a dtype that this machine cannot serve, and those of LoadModel
// (model_state.h).
absl::StatusOr<LoadedModel> LoadModel(const ModelArgs& args, Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_MODEL_ARGS_H_
