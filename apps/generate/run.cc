#include "apps/generate/run.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "apps/generate/completion_text.h"
#include "apps/generate/prompts.h"
#include "apps/generate/sampler.h"
#include "apps/model/decode.h"
#include "nlohmann/json.hpp"
#include "runtime/core/status.h"
#include "runtime/files/json_text.h"

namespace mneme {
namespace {

// What is shown of one prompt's completion.
class Completion {
 public:
  Completion(const Tokenizer* tokenizer, bool begins_text, const GenerateArgs& args)
      : text_(tokenizer, begins_text, args.stop), max_tokens_(args.max_tokens) {}

  // The text that is new with the completion's last tokens.
  std::string Grow(absl::Span<const int32_t> tokens, bool ended) {
    std::string added;
    while (n_tokens_ < static_cast<int64_t>(tokens.size())) {
      absl::StrAppend(&added, text_.Append(tokens[n_tokens_++]));
    }
    if (ended || text_.stopped()) absl::StrAppend(&added, text_.End());
    absl::StrAppend(&all_, added);
    return added;
  }

  bool stopped() const { return text_.stopped(); }

  std::string JsonLine(const std::string& prompt) const {
    const char* finish = stopped() ? "stop" : n_tokens_ == max_tokens_ ? "length" : "end";
    const nlohmann::ordered_json json = {
        {"prompt", prompt}, {"completion", all_}, {"tokens", n_tokens_}, {"finish", finish}};
    return JsonText(json) + "\n";
  }

 private:
  CompletionText text_;
  int64_t max_tokens_;
  int64_t n_tokens_ = 0;
  std::string all_;
};

}  // namespace

void Describe(Section& s, GenerateArgs& c) {
  Describe(s, c.model);
  s.Add("prompt", c.prompt, "text to complete; without this key and the next, standard input");
  s.AddPath("prompts", c.prompts,
            "a file of prompts, completed side by side: one a line, or in a .jsonl \"prompt\"");
  s.Add("max_tokens", c.max_tokens, {.min = 1, .max = kMaxTokens}, "tokens a completion may have");
  s.Add("temperature", c.temperature, {.min = 0}, "0 takes the likeliest token");
  s.Add("top_k", c.top_k, {.min = 1}, "draw from this many likeliest tokens");
  s.Add("top_p", c.top_p, {.above = 0, .max = 1}, "draw from the likeliest tokens of this mass");
  s.Add("min_p", c.min_p, {.min = 0, .max = 1},
        "draw from tokens with this share of the likeliest one's probability or more");
  s.Add("stop", c.stop, "strings that end a completion; it is cut before the first of them");
  s.Add("seed", c.seed, {.min = 0}, "of the draws: the same seed, the same text");
  s.Add("batch_size", c.batch_size, {.min = 1}, "prompts of a file that are completed at a time");
  s.Add("echo", c.echo, "print the prompt before its completion");
  s.Add("json", c.json, "print a line of JSON for each prompt");
}

std::string GenerateStats::Text() const {
  std::string text =
      absl::StrFormat("%d token%s in %.2f s, %.4g tokens/s; %d prompt%s of %d tokens", new_tokens,
                      new_tokens == 1 ? "" : "s", seconds, seconds > 0 ? new_tokens / seconds : 0.0,
                      prompts, prompts == 1 ? "" : "s", prompt_tokens);
  if (cut_prompts > 0) {
    absl::StrAppend(&text, ", ", cut_prompts,
                    " longer than the model's window and cut on the left");
  }
  return text;
}

absl::Status CompletePrompts(const LoadedModel& loaded, const GenerateArgs& args,
                             absl::Span<const std::string> prompts, int64_t first_number,
                             const TextSink& write, GenerateStats* stats) {
  for (const std::string& prompt : prompts) MNEME_RETURN_IF_ERROR(CheckPrompt(prompt));
  const absl::Time start = absl::Now();
  const Tokenizer& tokenizer = *loaded.tokenizer;
  OrderedOutput output(static_cast<int64_t>(prompts.size()), write);
  std::vector<std::vector<int32_t>> tokens;
  std::vector<Completion> completions;
  for (size_t i = 0; i < prompts.size(); ++i) {
    tokens.push_back(tokenizer.Encode(prompts[i], /*bos=*/true, /*eos=*/false));
    const int64_t length = static_cast<int64_t>(tokens.back().size());
    stats->prompt_tokens += length;
    stats->cut_prompts += length > loaded.model->config().max_seqlen;
    completions.emplace_back(&tokenizer, prompts[i].empty(), args);
    if (args.echo && !args.json) MNEME_RETURN_IF_ERROR(output.Append(i, prompts[i]));
  }
  const SamplingOptions sampling = {.temperature = args.temperature,
                                    .top_k = args.top_k,
                                    .top_p = args.top_p,
                                    .min_p = args.min_p};
  const auto choose = [&](int64_t i, int64_t n_before, absl::Span<const float> logits) {
    const PhiloxKey key = MakePhiloxKey(args.seed, HashName("generate"), first_number + i);
    return SampleToken(logits, sampling, key, n_before);
  };
  absl::Status status;
  const auto show = [&](int64_t i, absl::Span<const int32_t> completion, bool ended) {
    const std::string text = completions[i].Grow(completion, ended);
    const bool is_done = ended || completions[i].stopped();
    if (!args.json) status.Update(output.Append(i, text));
    if (is_done) {
      status.Update(output.Append(i, args.json ? completions[i].JsonLine(prompts[i]) : "\n"));
      status.Update(output.End(i));
    }
    return status.ok() && !is_done;
  };
  const DecodeOptions options = {.max_new_tokens = args.max_tokens,
                                 .end_id = tokenizer.eos_id(),
                                 .max_sequences = args.batch_size};
  const auto all = args.temperature == 0.0
                       ? DecodeGreedily(loaded.model.get(), tokens, options, show)
                       : Decode(loaded.model.get(), tokens, options, choose, show);
  for (const auto& completion : all) stats->new_tokens += static_cast<int64_t>(completion.size());
  stats->prompts += static_cast<int64_t>(prompts.size());
  stats->seconds += absl::ToDoubleSeconds(absl::Now() - start);
  return status;
}

absl::Status CompleteLines(const LoadedModel& loaded, const GenerateArgs& args, std::istream& lines,
                           const TextSink& write, GenerateStats* stats) {
  std::string line;
  int64_t number = 0;
  for (; std::getline(lines, line); ++number) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    const absl::Status status = CompletePrompts(loaded, args, {line}, number, write, stats);
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
