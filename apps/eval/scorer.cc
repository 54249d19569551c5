#include "apps/eval/scorer.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include "autograd/core/tape.h"
#include "autograd/ops/cross_entropy/cross_entropy.h"
#include "runtime/core/status.h"
#include "runtime/kernels/argmax/argmax.h"

namespace mneme {
namespace {

using Group = std::vector<ScoreRequest>;

int64_t Length(const ScoreRequest& request) { return static_cast<int64_t>(request.tokens.size()); }

// Tokens of the group's requests that are the same, and before the first from which a scored token
// is predicted: what one sequence reads for all.
int64_t SharedTokens(const Group& group) {
  if (group.size() < 2) return 0;
  int64_t shared = group[0].first - 1;
  for (const ScoreRequest& request : group) {
    const std::vector<int32_t>& tokens = request.tokens;
    const int64_t limit = std::min(shared, request.first - 1);
    shared = std::mismatch(tokens.begin(), tokens.begin() + limit, group[0].tokens.begin()).first -
             tokens.begin();
  }
  return shared;
}

// A group, and what it costs.
struct Plan {
  int64_t group;
  int64_t shared;
  int64_t tokens;  // that go through the model
};

std::vector<Plan> LongestFirst(absl::Span<const Group> groups) {
  std::vector<Plan> plans;
  for (size_t i = 0; i < groups.size(); ++i) {
    const int64_t shared = SharedTokens(groups[i]);
    Plan plan = {static_cast<int64_t>(i), shared, shared};
    for (const ScoreRequest& request : groups[i]) plan.tokens += Length(request) - 1 - shared;
    plans.push_back(plan);
  }
  std::stable_sort(plans.begin(), plans.end(),
                   [](const Plan& a, const Plan& b) { return a.tokens > b.tokens; });
  return plans;
}

class Scorer {
 public:
  Scorer(LanguageModel* model, absl::Span<const Group> groups, int64_t capacity_tokens)
      : model_(model), groups_(groups), cache_(model->MakeCache(capacity_tokens)) {
    for (const Group& group : groups) scores_.emplace_back(group.size());
  }

  // Two passes: what each group shares, then the rest of its requests.
  void ScoreBatch(absl::Span<const Plan> batch) {
    std::vector<nn::KvCache::Sequence> contexts;
    std::vector<nn::KvCache::Extension> extensions;
    contexts.reserve(batch.size());
    for (const Plan& plan : batch) {
      contexts.push_back(cache_->NewSequence());
      if (plan.shared == 0) continue;
      extensions.push_back(
          {&contexts.back(), Tokens(groups_[plan.group][0], 0, plan.shared), /*n_logits=*/0});
    }
    if (!extensions.empty()) model_->Extend(cache_.get(), extensions);

    std::vector<const ScoreRequest*> requests;
    std::vector<Score*> scores;
    std::vector<nn::KvCache::Sequence> sequences;
    for (size_t i = 0; i < batch.size(); ++i) {
      const Group& group = groups_[batch[i].group];
      for (size_t j = 0; j < group.size(); ++j) {
        requests.push_back(&group[j]);
        scores.push_back(&scores_[batch[i].group][j]);
        sequences.push_back(contexts[i].Fork());
      }
    }
    extensions.clear();
    std::vector<int32_t> targets;
    for (size_t i = 0; i < requests.size(); ++i) {
      const ScoreRequest& request = *requests[i];
      const int64_t end = Length(request) - 1;  // the last token is only predicted
      extensions.push_back({&sequences[i], Tokens(request, sequences[i].length(), end),
                            /*n_logits=*/Length(request) - request.first});
      targets.insert(targets.end(), request.tokens.begin() + request.first, request.tokens.end());
    }
    if (targets.empty()) return;
    AddScores(model_->Extend(cache_.get(), extensions), targets, requests, scores);
  }

  std::vector<std::vector<Score>> Take() { return std::move(scores_); }

 private:
  static absl::Span<const int32_t> Tokens(const ScoreRequest& request, int64_t begin, int64_t end) {
    return absl::MakeConstSpan(request.tokens).subspan(begin, end - begin);
  }

  // logits: [n, V], of the tokens before targets [n]; those of one request after those of another.
  void AddScores(const Tensor& logits, const std::vector<int32_t>& targets,
                 absl::Span<const ScoreRequest* const> requests, absl::Span<Score* const> scores) {
    const Tensor wanted =
        Tensor::From<int32_t>({static_cast<int64_t>(targets.size())}, targets, model_->device());
    const std::vector<int32_t> likeliest = ArgMax(logits).ToVector<int32_t>();
    const std::vector<float> losses = TokenLosses(logits, wanted).ToVector<float>();
    int64_t t = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      for (const int64_t end = t + Length(*requests[i]) - requests[i]->first; t < end; ++t) {
        scores[i]->log_likelihood -= losses[t];
        scores[i]->is_greedy &= likeliest[t] == targets[t];
      }
    }
  }

  LanguageModel* const model_;
  const absl::Span<const Group> groups_;
  const std::unique_ptr<nn::KvCache> cache_;
  std::vector<std::vector<Score>> scores_;
};

}  // namespace

absl::StatusOr<std::vector<std::vector<Score>>> ScoreGroups(LanguageModel* model,
                                                            absl::Span<const Group> groups,
                                                            int64_t max_tokens,
                                                            const OnProgress& on_progress) {
  TapeScope no_tape(nullptr);
  const std::vector<Plan> plans = LongestFirst(groups);
  int64_t total = 0;
  for (const Plan& plan : plans) total += plan.tokens;
  const int64_t longest = plans.empty() ? 0 : plans[0].tokens;
  Scorer scorer(model, groups, std::min(total, std::max(max_tokens, longest)));
  int64_t done = 0;
  for (size_t begin = 0; begin < plans.size();) {
    size_t end = begin;
    int64_t tokens = 0;
    while (end < plans.size() && (end == begin || tokens + plans[end].tokens <= max_tokens)) {
      tokens += plans[end++].tokens;
    }
    scorer.ScoreBatch(absl::MakeConstSpan(plans).subspan(begin, end - begin));
    done += tokens;
    begin = end;
    MNEME_RETURN_IF_ERROR(on_progress(done, total));
  }
  return scorer.Take();
}

}  // namespace mneme
