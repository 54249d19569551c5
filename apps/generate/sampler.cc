#include "apps/generate/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "glog/logging.h"

namespace mneme {
namespace {

// log p, but for a constant that makes it 0 for the likeliest token.
class LogWeights {
 public:
  LogWeights(absl::Span<const float> logits, double temperature)
      : logits_(logits),
        max_(*std::max_element(logits.begin(), logits.end())),
        temperature_(temperature) {}

  double operator[](int64_t id) const { return (logits_[id] - max_) / temperature_; }
  int64_t size() const { return static_cast<int64_t>(logits_.size()); }

  // The `count` likeliest ids, in order.
  std::vector<int32_t> Likeliest(int64_t count) const {
    std::vector<int32_t> ids(logits_.size());
    std::iota(ids.begin(), ids.end(), 0);
    const auto is_likelier = [&](int32_t a, int32_t b) {
      return logits_[a] != logits_[b] ? logits_[a] > logits_[b] : a < b;
    };
    std::nth_element(ids.begin(), ids.begin() + (count - 1), ids.end(), is_likelier);
    ids.resize(count);
    std::sort(ids.begin(), ids.end(), is_likelier);
    return ids;
  }

 private:
  absl::Span<const float> logits_;
  double max_;
  double temperature_;
};

// The first of `ids`, likeliest first, whose mass reaches `wanted`; all if it does not.
void CutAtMass(const LogWeights& weights, double wanted, std::vector<int32_t>* ids) {
  double mass = 0.0;
  size_t count = 0;
  while (count < ids->size() && (count == 0 || mass < wanted)) {
    mass += std::exp(weights[(*ids)[count++]]);
  }
  ids->resize(count);
}

double Mass(const LogWeights& weights, absl::Span<const int32_t> ids) {
  double mass = 0.0;
  for (int32_t id : ids) mass += std::exp(weights[id]);
  return mass;
}

// Those that the options leave, whatever their order.
std::vector<int32_t> Candidates(const LogWeights& weights, const SamplingOptions& options) {
  std::vector<int32_t> ids(weights.size());
  std::iota(ids.begin(), ids.end(), 0);
  if (options.top_k && *options.top_k < weights.size()) ids = weights.Likeliest(*options.top_k);
  if (options.top_p) {
    // Few tokens hold most of the mass: the rest need not be sorted.
    const double wanted = *options.top_p * Mass(weights, ids);
    const int64_t all = static_cast<int64_t>(ids.size());
    for (int64_t count = std::min<int64_t>(64, all);; count = std::min(8 * count, all)) {
      ids = weights.Likeliest(count);
      if (count == all || Mass(weights, ids) >= wanted) break;
    }
    CutAtMass(weights, wanted, &ids);
  }
  if (options.min_p) {
    std::erase_if(ids, [&](int32_t id) { return std::exp(weights[id]) < *options.min_p; });
  }
  return ids;
}

}  // namespace

int32_t SampleToken(absl::Span<const float> logits, const SamplingOptions& options, PhiloxKey key,
                    int64_t position) {
  CHECK(!logits.empty());
  if (options.temperature == 0.0) {
    return static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  }
  const LogWeights weights(logits, options.temperature);
  constexpr double kMaxGumbel = 23.0;  // more than 32 bits give
  int32_t best = -1;
  double best_score = -INFINITY;
  for (int32_t id : Candidates(weights, options)) {
    if (best >= 0 && weights[id] + kMaxGumbel < best_score) continue;
    const double u = (RowBits(key, position, id) + 0.5) * 0x1p-32;
    const double score = weights[id] - std::log(-std::log(u));
    if (best >= 0 && (score < best_score || (score == best_score && id > best))) continue;
    best = id;
    best_score = score;
  }
  return best;
}

}  // namespace mneme
