// The command line of a program: [config=FILE.yaml] [KEY=VALUE]... and what its schema makes of
// it. Works for any struct with a Describe function (schema.h):
//
//   GenerateConfig config;
//   absl::StatusOr<ParsedArgs> args =
//       ParseArgs(argc, argv, {.target = "//apps:generate", .summary = "Completes a prompt."},
//                 &config);
//   if (!args.ok()) return Fail(args.status());
//   if (args->wants_help) return Print(args->help);

#ifndef MNEME_APPS_CONFIG_ARGS_H_
#define MNEME_APPS_CONFIG_ARGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "apps/config/apply.h"
#include "apps/config/help.h"
#include "apps/config/schema.h"

namespace mneme {

struct ParsedArgs {
  // --help, -h, or --help=markdown for the reference manual: print `help`, and nothing else is
  // meaningful.
  bool wants_help = false;
  std::string help;
  std::vector<std::string> operands;  // as given; file names are for UserPath
  ConfigReport report;
};

// Defaults < file < command line. Arguments may have leading dashes. Relative paths in the
// result are resolved (user_path.h). Errors: a file that cannot be read, an argument that is no
// KEY=VALUE where no operands are wanted, and those of ApplyTree and ApplyArgument.
absl::StatusOr<ParsedArgs> ParseArgs(int argc, const char* const* argv, const ProgramInfo& info,
                                     const Schema& schema);

template <class Config>
absl::StatusOr<ParsedArgs> ParseArgs(int argc, const char* const* argv, const ProgramInfo& info,
                                     Config* config) {
  return ParseArgs(argc, argv, info, SchemaOf(*config));
}

// Reads a configuration file, whose name messages show as given; `path` is resolved by UserPath.
absl::StatusOr<std::string> ReadConfigFile(absl::string_view path);

// Replaces relative paths in the fields that are paths (user_path.h).
void ResolvePaths(const Schema& schema);

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_ARGS_H_
