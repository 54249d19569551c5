// //apps:convert: checkpoints of other programs into one of ours, and back.

#ifndef MNEME_APPS_CONVERT_CONVERT_H_
#define MNEME_APPS_CONVERT_CONVERT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "apps/config/schema.h"
#include "apps/progress/screen.h"
#include "data/loader/data_config.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct ConvertArgs {
  std::string from;
  std::string to;
  std::string params;                        // "": beside the weights
  TokenizerConfig tokenizer = {"auto", ""};  // auto: the one beside the weights
  DType dtype = DType::kF32;                 // of what is exported
  int64_t max_shard_bytes = 5'000'000'000;   // likewise
};

void Describe(Section& section, ConvertArgs& args);

// What `from` is decides: a Hugging Face folder (it has a config.json) or safetensors of the
// reference systems become a checkpoint at step 0 in the run directory `to`; a run directory or a
// checkpoint of ours becomes a Hugging Face folder. Says on `screen` what was written, and what can
// be done with it.
absl::Status Convert(const ConvertArgs& args, Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_CONVERT_CONVERT_H_
