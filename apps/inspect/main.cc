// //apps:inspect -- [ckpt_dir=DIR] [prompt=TEXT] [html=FILE] [KEY=VALUE]...

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "apps/config/program.h"
#include "apps/inspect/run.h"
#include "apps/progress/screen.h"
#include "runtime/core/status.h"
#include "runtime/files/atomic_file.h"

namespace mneme {
namespace {

absl::Status Run(const InspectArgs& config, bool has_prompt) {
  Screen screen(STDERR_FILENO);  // standard output is the result's
  MNEME_ASSIGN_OR_RETURN(const Inspection inspection, Inspect(config, has_prompt, &screen));
  if (!config.html.empty()) {
    MNEME_RETURN_IF_ERROR(WriteFileAtomically(config.html, InspectionHtml(inspection)));
    screen.Print(absl::StrCat("wrote ", config.html));
  }
  return PrintResult(config.json ? absl::StrCat(InspectionJson(inspection), "\n")
                                 : InspectionText(inspection, config.top));
}

}  // namespace
}  // namespace mneme

int main(int argc, char** argv) {
  mneme::InspectArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:inspect",
       .summary = "Shows what a model's memory layers look up: the rows picked for each token of a "
                  "prompt, how they spread, and where in a corpus a row is picked.",
       .example = "ckpt_dir=runs/quickstart prompt='heron (noun):' html=picks.html"},
      &config, [&](const mneme::ParsedArgs& args) {
        return mneme::Run(config, args.report.set_keys.count("prompt") > 0);
      });
}
