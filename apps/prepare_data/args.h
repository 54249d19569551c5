// What //apps:prepare_data is asked to do.

#ifndef MNEME_APPS_PREPARE_DATA_ARGS_H_
#define MNEME_APPS_PREPARE_DATA_ARGS_H_

#include <cstdint>
#include <string>

#include "apps/config/schema.h"

namespace mneme {

struct PrepareArgs {
  std::string root_dir = "data";
  std::string source;
  int64_t seed = 42;
  int64_t memory_mib = 1024;
  int64_t chunk_mib = 256;
  int64_t validation_documents = 1000;
};

void Describe(Section& section, PrepareArgs& args);

}  // namespace mneme

#endif  // MNEME_APPS_PREPARE_DATA_ARGS_H_
