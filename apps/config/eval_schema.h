// The eval section of a configuration.

#ifndef MNEME_APPS_CONFIG_EVAL_SCHEMA_H_
#define MNEME_APPS_CONFIG_EVAL_SCHEMA_H_

#include "apps/config/schema.h"
#include "apps/config/train_config.h"

namespace mneme {

void Describe(Section& section, EvalConfig& config);
void Describe(Section& section, GeneratorConfig& config);
void Describe(Section& section, HarnessConfig& config);

// One of harness.tasks, where it is a map.
void Describe(Section& section, HarnessTask& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_EVAL_SCHEMA_H_
