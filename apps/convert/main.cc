// //apps:convert -- from=PATH to=DIR [KEY=VALUE]...

#include <unistd.h>

#include "apps/config/program.h"
#include "apps/convert/convert.h"
#include "apps/progress/screen.h"

int main(int argc, char** argv) {
  mneme::ConvertArgs config;
  return mneme::RunProgram(
      argc, argv,
      {.target = "//apps:convert",
       .summary = "Makes a checkpoint of a Hugging Face Llama or of weights of the reference "
                  "systems, and a Hugging Face Llama of a checkpoint.",
       .example = "from=models/llama to=runs/llama"},
      &config, [&](const mneme::ParsedArgs&) {
        mneme::Screen screen(STDOUT_FILENO);
        return mneme::Convert(config, &screen);
      });
}
