// //apps:prepare_data -- FILE_OR_FOLDER... source=NAME [KEY=VALUE]...

#include <unistd.h>

#include <string>
#include <vector>

#include "apps/config/program.h"
#include "apps/config/user_path.h"
#include "apps/prepare_data/run.h"
#include "apps/progress/screen.h"
#include "apps/progress/stop_signals.h"

namespace mneme {
namespace {

absl::Status Run(const PrepareArgs& args, const std::vector<std::string>& operands) {
  InstallStopSignals();
  std::vector<std::string> inputs;
  for (const std::string& operand : operands) inputs.push_back(UserPath(operand));
  Screen screen(STDOUT_FILENO);
  return PrepareData(args, inputs, &screen);
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::PrepareArgs args;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:prepare_data",
       .summary = "Shuffles documents into the chunks and the validation file that train reads.\n"
                  "Takes .jsonl files (\"text\" or \"content\" a line) and .txt files (cut into "
                  "passages), also\n"
                  ".gz and .zst of them, and folders. More than fits in memory is sorted on disk, "
                  "where it\n"
                  "needs room for all documents once. Stop it as you like: the same command goes "
                  "on.",
       .example = "downloads/fineweb source=fineweb_edu root_dir=data",
       .operands = "FILE_OR_FOLDER..."},
      &args, [&](const mneme::ParsedArgs& parsed) { return mneme::Run(args, parsed.operands); });
}
