// The checkpoints of a training run: where it goes on from, and what it leaves.

#ifndef MNEME_APPS_TRAIN_RUN_CHECKPOINT_H_
#define MNEME_APPS_TRAIN_RUN_CHECKPOINT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/progress/screen.h"
#include "apps/train/trainer.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// An error if the checkpoint that the run will start from has a tokenizer of another size.
absl::Status CheckTokenizer(const TrainConfig& config, const Tokenizer& tokenizer);

// Brings a trainer at its beginning to the latest whole checkpoint of config.dump_dir, and returns
// true; if there is none, gives it the weights of config.checkpoint.init_ckpt_path, if that is set.
// Tells `screen` which. Errors: checkpoints of which none is whole; one of another model or of
// other data.
absl::StatusOr<bool> Resume(const TrainConfig& config, Trainer* trainer, Screen* screen);

// Writes a checkpoint of the step at hand to config.dump_dir, whose RunLock the caller holds.
// Errors: those of WriteCheckpoint.
absl::Status SaveCheckpoint(const TrainConfig& config, const Tokenizer& tokenizer, Trainer* trainer,
                            Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_RUN_CHECKPOINT_H_
