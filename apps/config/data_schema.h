// The data section of a configuration.

#ifndef MNEME_APPS_CONFIG_DATA_SCHEMA_H_
#define MNEME_APPS_CONFIG_DATA_SCHEMA_H_

#include "apps/config/schema.h"
#include "data/loader/data_config.h"

namespace mneme {

void Describe(Section& section, DataConfig& config);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_DATA_SCHEMA_H_
