// //apps:eval -- [ckpt_dir=DIR] [data=PATH] [recall=true] [KEY=VALUE]...

#include <unistd.h>

#include <cstdio>
#include <string>

#include "apps/config/args.h"
#include "apps/eval/report.h"
#include "apps/eval/run.h"
#include "apps/progress/screen.h"
#include "glog/logging.h"

namespace mneme {
namespace {

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}

int Main(int argc, char** argv) {
  EvalArgs config;
  const auto args = ParseArgs(
      argc, argv,
      {.target = "//apps:eval",
       .summary = "Measures a trained model: loss, perplexity and bits per byte on text, and how "
                  "well it recalls WordNet.",
       .example = "ckpt_dir=runs/quickstart data=corpus.jsonl recall=true"},
      &config);
  if (!args.ok()) return Fail(args.status());
  if (args->wants_help) {
    std::fputs(args->help.c_str(), stdout);
    return 0;
  }
  Screen screen(STDERR_FILENO);  // standard output is the report's
  const auto report = Evaluate(config, &screen);
  if (!report.ok()) return Fail(report.status());
  const std::string text = config.json ? ReportJson(*report) : ReportText(*report);
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    return Fail(absl::UnknownError("cannot write the result to standard output"));
  }
  return 0;
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  FLAGS_logtostderr = true;
  google::InitGoogleLogging(argv[0]);
  return mneme::Main(argc, argv);
}
