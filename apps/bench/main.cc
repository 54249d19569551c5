// //apps:bench -- link|memory|train|eval [KEY=VALUE]...

#include <cstdio>
#include <string>

#include "absl/strings/string_view.h"
#include "apps/bench/eval.h"
#include "apps/bench/link.h"
#include "apps/bench/memory.h"
#include "apps/bench/report.h"
#include "apps/bench/train.h"
#include "apps/config/program.h"
#include "apps/config/quickstart.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr char kTarget[] = "//apps:bench";
constexpr char kUsage[] =
    "Measures this machine, and what mneme makes of it.\n\n"
    "Usage: bazel run //apps:bench -- link|memory|train|eval [KEY=VALUE]...\n\n"
    "  link    copies and row reads between host memory and the GPU\n"
    "  memory  a memory layer alone, phase by phase, with the floor under each\n"
    "  train   whole training steps of a model, on random tokens\n"
    "  eval    scoring of multiple choices and greedy decoding, on random tokens\n\n"
    "COMMAND --help lists its keys.\n";

absl::Status Print(const absl::StatusOr<BenchReport>& report, bool json) {
  MNEME_RETURN_IF_ERROR(report.status());
  return PrintResult(json ? ReportJson(*report) : ReportText(*report));
}

int Link(int argc, char** argv) {
  LinkArgs config;
  return RunProgram(argc, argv,
                    {.target = kTarget,
                     .command = "link",
                     .summary = "Measures the path between host memory and the GPU: copies, making "
                                "a table for it to read, reading rows.",
                     .example = "table_gib=8,32 row_bytes=2048,512,256"},
                    &config,
                    [&](const ParsedArgs&) { return Print(RunLink(config), config.bench.json); });
}

int Memory(int argc, char** argv) {
  MemoryArgs config;
  return RunProgram(
      argc, argv,
      {.target = kTarget,
       .command = "memory",
       .summary = "Measures a memory layer alone: each phase of forward, backward and "
                  "update, beside the least that this machine needs for it.",
       .example = "keys=1024 dim=1024 picks=uniform,log-uniform"},
      &config, [&](const ParsedArgs&) { return Print(RunMemory(config), config.bench.json); });
}

// train and eval: a model as //apps:train takes it.
template <typename Args, typename Measure>
int Model(int argc, char** argv, const char* command, const char* summary, const char* example,
          const Measure& measure) {
  Args config;
  return RunProgram(argc, argv,
                    {.target = kTarget,
                     .command = command,
                     .summary = summary,
                     .example = example,
                     .fallback_yaml = QuickstartYaml(),
                     .fallback_name = "quickstart"},
                    &config, [&](const ParsedArgs& args) {
                      return Print(measure(config, args.report), config.json);
                    });
}

int Run(int argc, char** argv) {
  int first = 1;
  while (first < argc && absl::string_view(argv[first]) == "--") ++first;
  const absl::string_view command = first < argc ? argv[first] : "";
  if (command == "--help" || command == "-h") return ExitCode(PrintResult(kUsage));
  argv[first < argc ? first : 0] = argv[0];  // what is left is the command's own
  argc -= first, argv += first;
  if (command == "link") return Link(argc, argv);
  if (command == "memory") return Memory(argc, argv);
  if (command == "train") {
    return Model<TrainBenchArgs>(argc, argv, "train",
                                 "Measures whole training steps of a model on random tokens. Keys "
                                 "are those of //apps:train.",
                                 "config=run.yaml data.batch_size=2 repeats=50", RunTrain);
  }
  if (command == "eval") {
    return Model<EvalBenchArgs>(argc, argv, "eval",
                                "Measures how fast a model scores multiple choices and completes "
                                "prompts, on random tokens. Keys are those of //apps:train.",
                                "config=run.yaml batch_sizes=1,16", RunEval);
  }
  std::fprintf(stderr,
               "expected link, memory, train or eval, got \"%s\"; --help tells what each does\n",
               std::string(command).c_str());
  return 1;
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) { return mneme::Run(argc, argv); }
