#include "apps/generate/run.h"

#include "absl/strings/str_cat.h"
#include "apps/generate/sampler.h"
#include "apps/generate/text_stream.h"
#include "autograd/core/tape.h"
#include "data/corpus/json_document.h"
#include "runtime/core/status.h"
#include "runtime/random/philox_stream.h"

namespace mneme {

void Describe(Section& s, GenerateArgs& c) {
  Describe(s, c.model);
  s.Add("prompt", c.prompt, "text to complete; without this key, each line of standard input");
  s.Add("max_tokens", c.max_tokens, {.min = 1}, "tokens a completion may have");
  s.Add("temperature", c.temperature, {.min = 0}, "0 takes the likeliest token");
  s.Add("top_k", c.top_k, {.min = 1}, "draw from this many likeliest tokens");
  s.Add("top_p", c.top_p, {.above = 0, .max = 1}, "draw from the likeliest tokens of this mass");
  s.Add("seed", c.seed, {.min = 0}, "of the draws: the same seed, the same text");
  s.Add("echo", c.echo, "print the prompt before its completion");
}

absl::Status CompletePrompt(const LoadedModel& loaded, const GenerateArgs& args,
                            absl::string_view prompt, int64_t number, const TextSink& write) {
  if (!IsValidUtf8(prompt)) {
    return absl::InvalidArgumentError("expected a prompt in UTF-8, got other bytes");
  }
  TapeScope no_tape(nullptr);
  const Tokenizer& tokenizer = *loaded.tokenizer;
  if (args.echo && !prompt.empty()) MNEME_RETURN_IF_ERROR(write(prompt));
  PhiloxStream random(
      MakePhiloxKey(static_cast<uint64_t>(args.seed), HashName("generate"), number));
  TextStream stream;
  absl::Status status;
  CompleteTokens(loaded.model.get(), tokenizer.Encode(prompt, /*bos=*/true, /*eos=*/false),
                 args.max_tokens, tokenizer.eos_id(),
                 {.temperature = args.temperature, .top_k = args.top_k, .top_p = args.top_p},
                 &random, [&](int32_t token) {
                   const std::string text = stream.Append(tokenizer.Decode({token}));
                   if (!text.empty()) status = write(text);
                   return status.ok();
                 });
  MNEME_RETURN_IF_ERROR(status);
  return write(absl::StrCat(stream.End(), "\n"));
}

absl::Status CompleteLines(const LoadedModel& loaded, const GenerateArgs& args, std::istream& lines,
                           const TextSink& write) {
  std::string line;
  int64_t number = 0;
  for (; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const absl::Status status = CompletePrompt(loaded, args, line, number, write);
    if (absl::IsInvalidArgument(status)) {
      return absl::InvalidArgumentError(
          absl::StrCat("standard input, line ", number + 1, ": ", status.message()));
    }
    MNEME_RETURN_IF_ERROR(status);
  }
  if (lines.bad()) {
    return absl::UnknownError(absl::StrCat("standard input cannot be read behind line ", number));
  }
  return absl::OkStatus();
}

}  // namespace mneme
