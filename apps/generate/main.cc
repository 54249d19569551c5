// //apps:generate -- [ckpt_dir=DIR] [prompt=TEXT] [KEY=VALUE]...

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <string>

#include "absl/strings/str_cat.h"
#include "apps/config/args.h"
#include "apps/generate/run.h"
#include "apps/progress/screen.h"
#include "glog/logging.h"

namespace mneme {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

absl::Status WriteOut(absl::string_view text) {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return absl::OkStatus();
  }
  return absl::UnknownError(
      absl::StrCat("cannot write to standard output: ", std::strerror(errno)));
}

int Main(int argc, char** argv) {
  GenerateArgs config;
  const auto args = ParseArgs(
      argc, argv,
      {.target = "//apps:generate",
       .summary = "Completes a prompt with a trained model; without prompt=, each line of standard "
                  "input.",
       .example = "ckpt_dir=runs/quickstart prompt='heron (noun):' temperature=0.5"},
      &config);
  if (!args.ok()) return Fail(args.status());
  if (args->wants_help) {
    std::fputs(args->help.c_str(), stdout);
    return 0;
  }
  Screen screen(STDERR_FILENO);  // standard output is the text's
  const auto loaded = LoadModel(config.model, &screen);
  if (!loaded.ok()) return Fail(loaded.status());
  absl::Status status;
  if (args->report.set_keys.count("prompt") > 0) {
    status = CompletePrompt(*loaded, config, config.prompt, 0, WriteOut);
  } else {
    if (isatty(STDIN_FILENO)) screen.Print("prompts, one a line; Ctrl-D ends");
    status = CompleteLines(*loaded, config, std::cin, WriteOut);
  }
  return status.ok() ? 0 : Fail(status);
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(argv[0]);
  return mneme::Main(argc, argv);
}
