// The schema of a training run, and its whole way from the command line.

#ifndef MNEME_APPS_CONFIG_TRAIN_SCHEMA_H_
#define MNEME_APPS_CONFIG_TRAIN_SCHEMA_H_

#include "apps/config/schema.h"
#include "apps/config/train_config.h"

namespace mneme {

void Describe(Section& section, TrainConfig& config);

// Sections that other programs' configurations share.
void Describe(Section& section, OptimConfig& config);
void Describe(Section& section, DistributedConfig& config);
void Describe(Section& section, CheckpointConfig& config);
void Describe(Section& section, LoggingConfig& config);
void Describe(Section& section, ValidationConfig& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_TRAIN_SCHEMA_H_
