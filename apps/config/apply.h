// Sets the fields of a configuration from YAML and from command-line arguments.

#ifndef MNEME_APPS_CONFIG_APPLY_H_
#define MNEME_APPS_CONFIG_APPLY_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "apps/config/schema.h"
#include "apps/config/yaml_tree.h"

namespace mneme {

// What a user should be told of a configuration that was accepted.
struct ConfigReport {
  std::set<std::string> set_keys;           // paths of the fields somebody set
  std::vector<std::string> without_effect;  // keys that mean nothing here, each once
  std::vector<std::string> notes;           // sentences: what was changed, and why
};

// Sets what `tree`, a map of the schema's top-level keys or null, names. An error says where the
// key was written, and for an unknown one the nearest that is known. Fields set before the error
// stay set.
absl::Status ApplyTree(const Schema& schema, const YamlTree& tree, ConfigReport* report);

// Sets what an argument "model.dim=64", "--model.dim=64" or "model={dim: 64}" names. The value
// is YAML, but for texts, which are taken as they stand.
absl::Status ApplyArgument(const Schema& schema, absl::string_view argument, ConfigReport* report);

// Whether `argument` has the form key=value, with or without leading dashes.
bool IsAssignment(absl::string_view argument);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_APPLY_H_
