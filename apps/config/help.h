// The text of --help, made from a schema.

#ifndef MNEME_APPS_CONFIG_HELP_H_
#define MNEME_APPS_CONFIG_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "apps/config/schema.h"

namespace mneme {

struct ProgramInfo {
  absl::string_view target;         // what the user runs: "//apps:train"
  absl::string_view command;        // the argument that comes first: "link"; may be ""
  absl::string_view summary;        // what it does, a sentence or several lines
  absl::string_view example;        // arguments of a typical run, for --help; may be ""
  absl::string_view operands;       // "FILE.safetensors...", if it takes arguments without =
  absl::string_view fallback_yaml;  // the configuration where no config= is given; may be ""
  absl::string_view fallback_name;  // what messages call it
};

// Usage, every key with its value of now (the default), type and meaning, by section, the keys
// without effect, and the configuration that serves where none is given.
std::string HelpText(const ProgramInfo& info, const Schema& schema);

// The keys alone, as a Markdown table for each section.
std::string MarkdownReference(const Schema& schema);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_HELP_H_
