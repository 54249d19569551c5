// The configuration of a run that names none: quickstart.yaml, built into the program.

#ifndef MNEME_APPS_CONFIG_QUICKSTART_H_
#define MNEME_APPS_CONFIG_QUICKSTART_H_

#include "absl/strings/string_view.h"

namespace mneme {

absl::string_view QuickstartYaml();

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_QUICKSTART_H_
