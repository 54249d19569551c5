#include "apps/train/samples.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "apps/generate/sampler.h"
#include "autograd/core/tape.h"
#include "data/loader/open_sources.h"
#include "runtime/core/status.h"

namespace mneme {

std::string PromptOf(absl::string_view document) {
  constexpr size_t kLeastBytes = 8, kHeadBytes = 48, kPromptBytes = 32;
  const size_t colon = document.substr(0, kHeadBytes).find(": ", kLeastBytes);
  if (colon != absl::string_view::npos) return std::string(document.substr(0, colon + 1));
  const size_t space = document.find(' ', kPromptBytes);
  return std::string(document.substr(0, std::min(space, 2 * kHeadBytes)));
}

absl::StatusOr<std::vector<std::string>> HeldOutPrompts(const DataConfig& data, int64_t count) {
  std::vector<std::string> prompts;
  MNEME_ASSIGN_OR_RETURN(Mixture documents, OpenSources(data, {}, Split::kHeldOut, false));
  while (static_cast<int64_t>(prompts.size()) < count) {
    const absl::StatusOr<MixedDocument> document = documents.Next();
    if (absl::IsOutOfRange(document.status()) || absl::IsNotFound(document.status())) break;
    MNEME_RETURN_IF_ERROR(document.status());
    prompts.push_back(PromptOf(document->text));
  }
  return prompts;
}

std::string Complete(LanguageModel* model, const Tokenizer& tokenizer, const std::string& prompt,
                     int64_t max_tokens) {
  TapeScope no_tape(nullptr);
  PhiloxStream random(MakePhiloxKey(0, HashName(prompt)));
  const std::vector<int32_t> completion = CompleteTokens(
      model, tokenizer.Encode(prompt, /*bos=*/true, /*eos=*/false), max_tokens, tokenizer.eos_id(),
      {.temperature = 0.7, .top_p = 0.9}, &random, [](int32_t) { return true; });
  return absl::StrReplaceAll(tokenizer.Decode(completion), {{"\n", " "}});
}

}  // namespace mneme
