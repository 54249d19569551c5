// Configurations as text: YAML for people, JSON for checkpoints. Reading either back gives every
// field the same value.

#ifndef MNEME_APPS_CONFIG_YAML_WRITER_H_
#define MNEME_APPS_CONFIG_YAML_WRITER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "apps/config/schema.h"
#include "apps/config/yaml_tree.h"

namespace mneme {

// Every field of the configuration, in the schema's order, with its meaning as a comment.
std::string WriteYaml(const Schema& schema);

// Every field, as one JSON object, indented by two spaces.
std::string WriteJson(const Schema& schema);

// `tree` on one line, as YAML: 3, "4,12", [a, b], {a: 1.0}.
std::string FlowYaml(const YamlTree& tree);

// `text` as a YAML scalar that is read back as this text: plain where that is safe, else in
// double quotes.
std::string QuotedIfNeeded(absl::string_view text);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_YAML_WRITER_H_
