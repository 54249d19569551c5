// A run that starts from the weights of a checkpoint has its model and its tokenizer.

#ifndef MNEME_APPS_CONFIG_FOLLOW_CHECKPOINT_H_
#define MNEME_APPS_CONFIG_FOLLOW_CHECKPOINT_H_

#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "apps/config/model_params.h"
#include "apps/config/train_config.h"

namespace mneme {

// Gives the keys of the model and its tokenizer that are not in `set_keys` the values of `params`,
// and adds them to `set_keys`; model.max_seqlen, which follows data.seq_len, is left alone. Error
// if a key is set otherwise that says what the weights mean but does not show in their shapes, such
// as rope_theta; `checkpoint` is what it calls the other side.
absl::Status FollowCheckpoint(const ModelParams& params, absl::string_view checkpoint,
                              std::set<std::string>* set_keys, TrainConfig* config);

// The same for checkpoint.init_ckpt_path, if that is set. Errors: also those of ResolveCheckpoint.
absl::Status FollowInitCheckpoint(std::set<std::string>* set_keys, TrainConfig* config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_FOLLOW_CHECKPOINT_H_
