// //apps:train -- [config=FILE.yaml] [KEY=VALUE]...

#include <unistd.h>

#include "apps/config/program.h"
#include "apps/config/train_args.h"
#include "apps/progress/screen.h"
#include "apps/progress/stop_signals.h"
#include "apps/train/run.h"

int main(int argc, char** argv) {
  mneme::StartProgram(argv[0]);
  mneme::InstallStopSignals();
  const auto args = mneme::LoadTrainArgs(argc, argv);
  if (!args.ok()) return mneme::ExitCode(args.status());
  if (args->wants_help) return mneme::ExitCode(mneme::PrintResult(args->help));
  mneme::Screen screen(STDOUT_FILENO);
  return mneme::ExitCode(mneme::Train(*args, &screen));
}
