// Completing prompts token by token, many at a time.

#ifndef MNEME_APPS_MODEL_DECODE_H_
#define MNEME_APPS_MODEL_DECODE_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "apps/model/language_model.h"

namespace mneme {

struct DecodeOptions {
  int64_t max_new_tokens = 256;         // of a completion
  int32_t end_id = -1;                  // ends a completion, and is no part of it; -1: none
  int64_t max_sequences = 64;           // at a time; the next prompt begins when one ends
  int64_t max_cached_tokens = 1 << 16;  // of them together, if they are more than one
  // Whether DecodeGreedily launches a step before the tokens of the last one have come to the host,
  // which a GPU then does not wait for. Costs a token's work in vain where a completion ends early.
  std::optional<bool> goes_ahead;  // unset: on a GPU
};

// The token behind n_before tokens of completion `prompt`. logits: f32 [V]. A function of its
// arguments: it is called on several threads.
using ChooseToken =
    absl::FunctionRef<int32_t(int64_t prompt, int64_t n_before, absl::Span<const float> logits)>;

// Called when a completion has grown by a token, and when it has ended at end_id: `ended` says that
// it will not grow any more. Ends it by returning false. Calls come one at a time; those of one
// prompt in order.
using OnToken =
    absl::FunctionRef<bool(int64_t prompt, absl::Span<const int32_t> completion, bool ended)>;

// Completes prompts of at least one token each, with a key-value cache: a token costs one token's
// work, whatever stands before it. The result for a prompt does not depend on the other prompts but
// for the rounding of larger batches.
//
// The model never sees more than its max_seqlen tokens: of a longer prompt the last ones, and a
// sequence that is full goes on from its later half.
std::vector<std::vector<int32_t>> Decode(LanguageModel* model,
                                         absl::Span<const std::vector<int32_t>> prompts,
                                         const DecodeOptions& options, ChooseToken choose,
                                         OnToken on_token);

// The same with the likeliest token, of equal ones the first, which the device finds.
std::vector<std::vector<int32_t>> DecodeGreedily(LanguageModel* model,
                                                 absl::Span<const std::vector<int32_t>> prompts,
                                                 const DecodeOptions& options, OnToken on_token);

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_DECODE_H_
