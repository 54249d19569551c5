// A training run: its directory, what it prints, when it saves, and how it goes on.

#ifndef MNEME_APPS_TRAIN_RUN_H_
#define MNEME_APPS_TRAIN_RUN_H_

#include "absl/status/status.h"
#include "apps/config/train_args.h"
#include "apps/progress/screen.h"

namespace mneme {

// Trains for config.steps steps in config.dump_dir, going on from its latest valid checkpoint if
// there is one, bit for bit as if it had never stopped. The directory gets config.yaml, train.log,
// metrics.jsonl and checkpoints/. SIGINT, SIGTERM and SIGUSR2 end the run after the step at hand.
// A run that ends so, by its last step or by an error of its data leaves a checkpoint of where it
// ended; with checkpoint.dump.every at -1 only its last step does, if checkpoint.eval asks for it.
//
// Errors: bad data, a model that does not fit, a checkpoint of another model, a second process in
// the directory, a disk that refuses the last checkpoint. An earlier checkpoint that cannot be
// written is reported, and training goes on.
absl::Status Train(const TrainArgs& args, Screen* screen);

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_RUN_H_
