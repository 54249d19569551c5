// //apps:generate -- [ckpt_dir=DIR] [prompt=TEXT] [KEY=VALUE]...

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "apps/config/program.h"
#include "apps/generate/run.h"
#include "apps/progress/screen.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::Status WriteOut(absl::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return absl::OkStatus();
  }
  return absl::UnknownError(
      absl::StrCat("cannot write to standard output: ", std::strerror(errno)));
}

absl::Status Run(const GenerateArgs& config, bool has_prompt) {
  Screen screen(STDERR_FILENO);  // standard output is the text's
  MNEME_ASSIGN_OR_RETURN(const auto loaded, LoadModel(config.model, &screen));
  if (has_prompt) return CompletePrompt(loaded, config, config.prompt, 0, WriteOut);
  if (isatty(STDIN_FILENO)) screen.Print("prompts, one a line; Ctrl-D ends");
  return CompleteLines(loaded, config, std::cin, WriteOut);
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::GenerateArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:generate",
       .summary = "Completes a prompt with a trained model; without prompt=, each line of standard "
                  "input.",
       .example = "ckpt_dir=runs/quickstart prompt='heron (noun):' temperature=0.5"},
      &config, [&](const mneme::ParsedArgs& args) {
        return mneme::Run(config, args.report.set_keys.count("prompt") > 0);
      });
}
