#include "apps/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "glog/logging.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

// Ids by falling logit, ties by rising id; only the first `count` of them are in order.
std::vector<int32_t> LikeliestFirst(absl::Span<const float> logits, int64_t count) {
  std::vector<int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  std::partial_sort(ids.begin(), ids.begin() + count, ids.end(), [&](int32_t a, int32_t b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  });
  ids.resize(count);
  return ids;
}

}  // namespace

int32_t SampleToken(absl::Span<const float> logits, const SamplingOptions& options,
                    PhiloxStream* random) {
  CHECK(!logits.empty());
  const int64_t vocab_size = static_cast<int64_t>(logits.size());
  if (options.temperature == 0.0) return LikeliestFirst(logits, 1)[0];
  const int64_t candidates = std::min(options.top_k.value_or(vocab_size), vocab_size);
  const std::vector<int32_t> ids = LikeliestFirst(logits, candidates);
  std::vector<double> weights(ids.size());
  double total = 0.0;
  for (size_t i = 0; i < ids.size(); ++i) {
    weights[i] = std::exp((logits[ids[i]] - logits[ids[0]]) / options.temperature);
    total += weights[i];
  }
  if (options.top_p) {
    double kept = 0.0;
    size_t n = 0;
    while (n < weights.size() && kept < *options.top_p * total) kept += weights[n++];
    weights.resize(std::max<size_t>(n, 1));
    total = std::max(kept, weights[0]);
  }
  double left = random->UniformDouble() * total;
  for (size_t i = 0; i + 1 < weights.size(); ++i) {
    if (left < weights[i]) return ids[i];
    left -= weights[i];
  }
  return ids[weights.size() - 1];
}

std::vector<int32_t> CompleteTokens(LanguageModel* model, absl::Span<const int32_t> prompt,
                                    int64_t max_new_tokens, int32_t end_id,
                                    const SamplingOptions& options, PhiloxStream* random,
                                    absl::FunctionRef<bool(int32_t)> on_token) {
  CHECK(!prompt.empty());
  std::vector<int32_t> tokens(prompt.begin(), prompt.end());
  const int64_t window = model->config().max_seqlen, vocab_size = model->config().vocab_size;
  for (int64_t i = 0; i < max_new_tokens; ++i) {
    const int64_t seen = std::min<int64_t>(window, tokens.size());
    const Tensor input = Tensor::From<int32_t>(
        {1, seen}, std::vector<int32_t>(tokens.end() - seen, tokens.end()), model->device());
    const Tensor last =
        model->Logits(input).value().Reshape({seen, vocab_size}).Slice(seen - 1, seen);
    const std::vector<float> logits = Cast(last, DType::kF32).ToVector<float>();
    const int32_t token = SampleToken(logits, options, random);
    if (token == end_id) break;
    tokens.push_back(token);
    if (!on_token(token)) break;
  }
  return std::vector<int32_t>(tokens.begin() + prompt.size(), tokens.end());
}

}  // namespace mneme
