// //apps:train -- [config=FILE.yaml] [KEY=VALUE]...

#include <unistd.h>

#include <cstdio>
#include <string>

#include "apps/config/train_args.h"
#include "apps/progress/screen.h"
#include "apps/progress/stop_signals.h"
#include "apps/train/run.h"

int main(int argc, char** argv) {
  mneme::InstallStopSignals();
  const auto args = mneme::LoadTrainArgs(argc, argv);
  absl::Status status = args.status();
  if (status.ok() && args->wants_help) {
    std::fputs(args->help.c_str(), stdout);
    return 0;
  }
  mneme::Screen screen(STDOUT_FILENO);
  if (status.ok()) status = mneme::Train(*args, &screen);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
    return 1;
  }
  return 0;
}
