// What every program's main does: logging, arguments, --help, and one sentence for an error.

#ifndef MNEME_APPS_CONFIG_PROGRAM_H_
#define MNEME_APPS_CONFIG_PROGRAM_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "apps/config/args.h"
#include "runtime/parallel/function_ref.h"

namespace mneme {

// To be called first in main.
void StartProgram(const char* argv0);

// The exit code: 0, or 1 with the status's message on standard error.
int ExitCode(const absl::Status& status);

// Writes a program's result to standard output, now.
absl::Status PrintResult(absl::string_view text);

// Parses the arguments into `config`, and runs `body` unless they are wrong or ask for help.
// Returns the exit code.
template <class Config>
int RunProgram(int argc, char** argv, const ProgramInfo& info, Config* config,
               FunctionRef<absl::Status(const ParsedArgs& args)> body) {
  StartProgram(argv[0]);
  const absl::StatusOr<ParsedArgs> args = ParseArgs(argc, argv, info, config);
  if (!args.ok()) return ExitCode(args.status());
  return ExitCode(args->wants_help ? PrintResult(args->help) : body(*args));
}

}  // namespace mneme

#endif  // MNEME_APPS_CONFIG_PROGRAM_H_
