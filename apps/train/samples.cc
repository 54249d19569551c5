#include "apps/train/samples.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "apps/generate/sampler.h"
#include "apps/model/decode.h"
#include "data/loader/open_sources.h"
#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

std::string PromptOf(absl::string_view document) {
  constexpr size_t kLeastBytes = 8, kHeadBytes = 48, kPromptBytes = 32;
  const size_t colon = document.substr(0, kHeadBytes).find(": ", kLeastBytes);
  if (colon != absl::string_view::npos) return std::string(document.substr(0, colon + 1));
  size_t end = std::min({document.find(' ', kPromptBytes), 2 * kHeadBytes, document.size()});
  while (end < document.size() && (document[end] & 0xC0) == 0x80) --end;  // no part of a character
  return std::string(document.substr(0, end));
}

std::string Complete(LanguageModel* model, const Tokenizer& tokenizer, const std::string& prompt,
                     int64_t max_tokens) {
  const PhiloxKey key = MakePhiloxKey(0, HashName(prompt));
  const std::vector<int32_t> completion =
      Decode(
          model, {tokenizer.Encode(prompt, /*bos=*/true, /*eos=*/false)},
          {.max_new_tokens = max_tokens, .end_id = tokenizer.eos_id()},
          [&](int64_t, int64_t n_before, absl::Span<const float> logits) {
            return SampleToken(logits, {.temperature = 0.7, .top_p = 0.9}, key, n_before);
          },
          [](int64_t, absl::Span<const int32_t>, bool) { return true; })
          .front();
  return ReplaceInvalidUtf8(tokenizer.DecodeContinuation(completion));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> HeldOutSamples(const TrainConfig& config,
                                                        const Tokenizer& tokenizer,
                                                        LanguageModel* model) {
  std::vector<std::string> samples;
  MNEME_ASSIGN_OR_RETURN(Mixture documents, OpenSources(config.data, {}, Split::kHeldOut, false));
  while (static_cast<int64_t>(samples.size()) < config.validation.samples) {
    const absl::StatusOr<MixedDocument> document = documents.Next();
    if (absl::IsOutOfRange(document.status())) break;
    MNEME_RETURN_IF_ERROR(document.status());
    const std::string prompt = PromptOf(document->text);
    const std::string completion =
        Complete(model, tokenizer, prompt, config.validation.sample_tokens);
    samples.push_back(absl::StrReplaceAll(absl::StrCat(prompt, " |", completion), {{"\n", " "}}));
  }
  return samples;
}

}  // namespace mneme
