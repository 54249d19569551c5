// The program //apps:generate, without its main.

#ifndef MNEME_APPS_GENERATE_RUN_H_
#define MNEME_APPS_GENERATE_RUN_H_

#include <cstdint>
#include <functional>
#include <istream>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "apps/config/schema.h"
#include "apps/eval/model_args.h"

namespace mneme {

struct GenerateArgs {
  ModelArgs model;
  std::string prompt;
  int64_t max_tokens = 200;
  double temperature = 0.8;
  std::optional<int64_t> top_k;
  std::optional<double> top_p;
  int64_t seed = 42;
  bool echo = true;
};

void Describe(Section& section, GenerateArgs& args);

// Where text goes. An error ends the completion.
using TextSink = std::function<absl::Status(absl::string_view text)>;

// Completes `prompt`, which may be empty, and writes the text as it comes: the prompt if args.echo,
// its completion, a newline. The text depends on model, prompt, args and `number`, which tells
// the prompts of one run apart.
// Errors: a prompt that is not UTF-8; those of `write`.
absl::Status CompletePrompt(const LoadedModel& loaded, const GenerateArgs& args,
                            absl::string_view prompt, int64_t number, const TextSink& write);

// Completes every line of `lines`, numbered from 0. Errors name the line.
absl::Status CompleteLines(const LoadedModel& loaded, const GenerateArgs& args, std::istream& lines,
                           const TextSink& write);

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_RUN_H_
