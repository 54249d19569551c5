// The program //apps:generate, without its main.

#ifndef MNEME_APPS_GENERATE_RUN_H_
#define MNEME_APPS_GENERATE_RUN_H_

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "apps/config/schema.h"
#include "apps/eval/model_args.h"
#include "apps/generate/ordered_output.h"

namespace mneme {

struct GenerateArgs {
  ModelArgs model;
  std::string prompt;
  std::string prompts;  // a file; "": none
  int64_t max_tokens = 200;
  double temperature = 0.8;
  std::optional<int64_t> top_k;
  std::optional<double> top_p;
  std::optional<double> min_p;
  std::vector<std::string> stop;
  int64_t seed = 42;
  int64_t batch_size = 64;
  bool echo = true;
  bool json = false;
};

void Describe(Section& section, GenerateArgs& args);

struct GenerateStats {
  int64_t prompts = 0;
  int64_t prompt_tokens = 0;
  int64_t cut_prompts = 0;  // longer than the model's window, so that it saw their end alone
  int64_t new_tokens = 0;
  double seconds = 0.0;

  // "420 tokens in 1.25 s, 336 tokens/s; 3 prompts of 57 tokens"
  std::string Text() const;
};

// Completes prompts, which may be empty, side by side, and writes the texts in their order, as they
// come: the prompt if args.echo, its completion, a newline; with args.json a line for each. A text
// depends on model, prompt, args and its number, which counts from first_number and tells the
// prompts of one run apart; but for rounding, it does not depend on the other prompts.
// Errors: a prompt that is not UTF-8; those of `write`.
absl::Status CompletePrompts(const LoadedModel& loaded, const GenerateArgs& args,
                             absl::Span<const std::string> prompts, int64_t first_number,
                             const TextSink& write, GenerateStats* stats);

// Completes every line of `lines` when it comes, numbered from 0. Errors name the line.
absl::Status CompleteLines(const LoadedModel& loaded, const GenerateArgs& args, std::istream& lines,
                           const TextSink& write, GenerateStats* stats);

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_RUN_H_
