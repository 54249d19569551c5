// //apps:generate -- [ckpt_dir=DIR] [prompt=TEXT | prompts=FILE] [KEY=VALUE]...

#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "apps/config/program.h"
#include "apps/generate/prompts.h"
#include "apps/generate/run.h"
#include "apps/progress/screen.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::Status Run(const GenerateArgs& config, bool has_prompt) {
  if (has_prompt && !config.prompts.empty()) {
    return absl::InvalidArgumentError("expected one of prompt= and prompts=, got both");
  }
  for (const std::string& stop : config.stop) {
    if (stop.empty()) return absl::InvalidArgumentError("stop: expected no empty string");
  }
  std::vector<std::string> prompts = {config.prompt};
  if (!config.prompts.empty()) {
    MNEME_ASSIGN_OR_RETURN(prompts, ReadPrompts(config.prompts));
  }
  Screen screen(STDERR_FILENO);  // standard output is the text's
  MNEME_ASSIGN_OR_RETURN(const auto loaded, LoadModel(config.model, &screen));
  GenerateStats stats;
  if (has_prompt || !config.prompts.empty()) {
    MNEME_RETURN_IF_ERROR(CompletePrompts(loaded, config, prompts, 0, PrintResult, &stats));
  } else {
    if (isatty(STDIN_FILENO)) screen.Print("prompts, one a line; Ctrl-D ends");
    MNEME_RETURN_IF_ERROR(CompleteLines(loaded, config, std::cin, PrintResult, &stats));
  }
  screen.Print(stats.Text());
  return absl::OkStatus();
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::GenerateArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:generate",
       .summary = "Completes prompts with a trained model: one, those of a file, or each line of "
                  "standard input.",
       .example = "ckpt_dir=runs/quickstart prompt='heron (noun):' temperature=0.5"},
      &config, [&](const mneme::ParsedArgs& args) {
        return mneme::Run(config, args.report.set_keys.count("prompt") > 0);
      });
}
