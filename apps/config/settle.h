// The last touches to a configuration: values that follow from others, and from the machine.

#ifndef MNEME_APPS_CONFIG_SETTLE_H_
#define MNEME_APPS_CONFIG_SETTLE_H_

#include <cstdint>

#include "apps/config/apply.h"
#include "apps/config/train_config.h"

namespace mneme {

// n_heads follows head_dim (model_rules.h), max_seqlen follows data.seq_len, dump_dir follows
// name, and an empty data.root_dir is where the user stands. Notes what was set but changed, and
// combinations of keys that are probably not meant.
void Settle(TrainConfig* config, ConfigReport* report);

// Lowers the parallel sizes so that their product is at most `n_gpus` (1 for a CPU), and notes
// each that was lowered.
void FitToDevices(int64_t n_gpus, TrainConfig* config, ConfigReport* report);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_SETTLE_H_
