// Choosing the next token.

#ifndef MNEME_APPS_GENERATE_SAMPLER_H_
#define MNEME_APPS_GENERATE_SAMPLER_H_

#include <cstdint>
#include <optional>

#include "absl/types/span.h"
#include "runtime/random/philox.h"

namespace mneme {

// Which tokens may be drawn, by p = softmax(logits / temperature); those below are left out.
struct SamplingOptions {
  double temperature = 0.0;      // 0: always the likeliest token
  std::optional<int64_t> top_k;  // only the k likeliest
  std::optional<double> top_p;   // of these, only the likeliest whose mass first reaches this share
  std::optional<double> min_p;   // only those with this share of the likeliest one's p
};

// A token drawn from p, cut as the options say: the one of the largest
//
//   logit / temperature - log(-log u)    with u uniform in (0, 1), a function of key, position, id
//
// (Gumbel's trick; Maddison et al., "A* Sampling", 2014, section 2). Rounding in the logits, as
// between a CPU and a GPU, changes the token only where the two best are that close.
//
// logits: [V], finite. Of equal ones the lower id is the likelier.
int32_t SampleToken(absl::Span<const float> logits, const SamplingOptions& options, PhiloxKey key,
                    int64_t position);

}  // namespace mneme

#endif  // MNEME_APPS_GENERATE_SAMPLER_H_
