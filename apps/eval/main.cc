// //apps:eval -- [ckpt_dir=DIR] [harness.tasks=TASK,...] [KEY=VALUE]...

#include <unistd.h>

#include "apps/config/program.h"
#include "apps/eval/run.h"
#include "apps/progress/screen.h"
#include "apps/progress/stop_signals.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

absl::Status Run(const EvalArgs& config) {
  InstallStopSignals();
  Screen screen(STDERR_FILENO);  // standard output is the report's
  MNEME_ASSIGN_OR_RETURN(const auto report, Evaluate(config, &screen));
  MNEME_RETURN_IF_ERROR(PrintResult(config.json ? ReportJson(report) : ReportText(report)));
  return report.ended;
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::EvalArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:eval",
       .summary =
           "Measures a trained model on tasks, as lm-evaluation-harness does: arc_challenge, "
           "arc_easy,\nhellaswag, lambada, nq_open, piqa, triviaqa and wikitext from their "
           "published files; val,\nits loss on text; recall, what it has kept of WordNet.",
       .example = "ckpt_dir=runs/quickstart harness.data_dir=data harness.tasks=hellaswag,piqa"},
      &config, [&](const mneme::ParsedArgs&) { return mneme::Run(config); });
}
