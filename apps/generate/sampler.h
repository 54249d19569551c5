// Choosing the next token, and completing a prompt with it.

#ifndef MNEME_APPS_GENERATE_SAMPLER_H_
#define MNEME_APPS_GENERATE_SAMPLER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "apps/model/language_model.h"
#include "runtime/random/philox_stream.h"

namespace mneme {

struct SamplingOptions {
  double temperature = 0.0;      // 0: always the likeliest token
  std::optional<int64_t> top_k;  // only the k likeliest
  std::optional<double> top_p;   // only the likeliest whose probabilities first reach p
};

// A token drawn from softmax(logits / temperature), cut to top_k and top_p. logits: [V], finite.
// Ties go to the lower id. Uses one number of `random`, none if the temperature is 0.
int32_t SampleToken(absl::Span<const float> logits, const SamplingOptions& options,
                    PhiloxStream* random);

// Completes `prompt` (at least one token) by up to max_new_tokens tokens, ending before end_id.
// The model sees the last config().max_seqlen tokens. `on_token`, called for each token, ends the
// text by returning false. Returns the new tokens.
std::vector<int32_t> CompleteTokens(LanguageModel* model, absl::Span<const int32_t> prompt,
                                    int64_t max_new_tokens, int32_t end_id,
                                    const SamplingOptions& options, PhiloxStream* random,
                                    absl::FunctionRef<bool(int32_t)> on_token);

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_SAMPLER_H_
