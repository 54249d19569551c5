#include "apps/eval/scorer.h"

#include <algorithm>
#include <memory>
#include <utility>

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

// Plans for the groups of one request, or for the others; the longest first.
std::vector<Plan> LongestFirst(absl::Span<const Group> groups, bool singles) {
  std::vector<Plan> plans;
  for (size_t i = 0; i < groups.size(); ++i) {
    if (groups[i].empty() || (groups[i].size() == 1) != singles) continue;
    const int64_t shared = singles ? 0 : SharedTokens(groups[i]);
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
  Scorer(LanguageModel* model, absl::Span<const Group> groups, int64_t max_tokens,
         const OnProgress& on_progress)
      : model_(model), groups_(groups), max_tokens_(max_tokens), on_progress_(on_progress) {
    for (const Group& group : groups) scores_.emplace_back(group.size());
  }

  absl::StatusOr<std::vector<std::vector<Score>>> Run() {
    const std::vector<Plan> alone = LongestFirst(groups_, /*singles=*/true);
    const std::vector<Plan> together = LongestFirst(groups_, /*singles=*/false);
    for (const Plan& plan : alone) total_ += plan.tokens;
    for (const Plan& plan : together) total_ += plan.tokens;
    for (size_t begin = 0; begin < alone.size();) {
      const int64_t rows =
          std::max<int64_t>(1, max_tokens_ / std::max<int64_t>(1, alone[begin].tokens));
      const size_t end = std::min<size_t>(begin + rows, alone.size());
      const auto batch = absl::MakeConstSpan(alone).subspan(begin, end - begin);
      ScoreRows(batch);
      MNEME_RETURN_IF_ERROR(Done(batch));
      begin = end;
    }
    if (!together.empty()) {
      cache_ = model_->MakeCache(std::max(std::min(max_tokens_, total_), together[0].tokens));
    }
    for (size_t begin = 0; begin < together.size();) {
      size_t end = begin;
      int64_t tokens = 0;
      while (end < together.size() &&
             (end == begin || tokens + together[end].tokens <= max_tokens_)) {
        tokens += together[end++].tokens;
      }
      const auto batch = absl::MakeConstSpan(together).subspan(begin, end - begin);
      ScoreForks(batch);
      MNEME_RETURN_IF_ERROR(Done(batch));
      begin = end;
    }
    return std::move(scores_);
  }

 private:
  static absl::Span<const int32_t> Tokens(const ScoreRequest& request, int64_t begin, int64_t end) {
    return absl::MakeConstSpan(request.tokens).subspan(begin, end - begin);
  }

  absl::Status Done(absl::Span<const Plan> batch) {
    for (const Plan& plan : batch) done_ += plan.tokens;
    return on_progress_(done_, total_);
  }

  // Groups of one request: whole sequences, padded on the right, where attention, which is causal,
  // does not look.
  void ScoreRows(absl::Span<const Plan> batch) {
    const int64_t rows = static_cast<int64_t>(batch.size()), width = batch[0].tokens;
    if (width == 0) return;
    std::vector<int32_t> inputs(rows * width, 0), targets(rows * width, 0);
    for (int64_t r = 0; r < rows; ++r) {
      const std::vector<int32_t>& tokens = groups_[batch[r].group][0].tokens;
      std::copy(tokens.begin(), tokens.end() - 1, inputs.begin() + r * width);
      std::copy(tokens.begin() + 1, tokens.end(), targets.begin() + r * width);
    }
    const Tensor logits =
        model_->Logits(Tensor::From<int32_t>({rows, width}, inputs, model_->device())).value();
    const TokenScores found =
        ScoreTokens(logits.Reshape({rows * width, model_->config().vocab_size}), targets);
    for (int64_t r = 0; r < rows; ++r) {
      const ScoreRequest& request = groups_[batch[r].group][0];
      const int64_t begin = r * width + request.first - 1;
      Add(found, begin, begin + Length(request) - request.first, &scores_[batch[r].group][0]);
    }
  }

  // Two passes: what each group shares, then the rest of its requests.
  void ScoreForks(absl::Span<const Plan> batch) {
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
    const TokenScores found = ScoreTokens(model_->Extend(cache_.get(), extensions), targets);
    int64_t begin = 0;
    for (size_t i = 0; i < requests.size(); ++i) {
      const int64_t end = begin + Length(*requests[i]) - requests[i]->first;
      Add(found, begin, end, scores[i]);
      begin = end;
    }
  }

  struct TokenScores {
    std::vector<float> losses;  // -log p of the target
    std::vector<char> is_likeliest;
  };

  // logits: [n, V]; targets: [n], what stands behind each of the tokens they are of.
  TokenScores ScoreTokens(const Tensor& logits, const std::vector<int32_t>& targets) const {
    const Tensor wanted =
        Tensor::From<int32_t>({static_cast<int64_t>(targets.size())}, targets, model_->device());
    const std::vector<int32_t> likeliest = ArgMax(logits).ToVector<int32_t>();
    TokenScores scores = {TokenLosses(logits, wanted).ToVector<float>(), {}};
    for (size_t t = 0; t < targets.size(); ++t) {
      scores.is_likeliest.push_back(likeliest[t] == targets[t]);
    }
    return scores;
  }

  static void Add(const TokenScores& tokens, int64_t begin, int64_t end, Score* score) {
    for (int64_t t = begin; t < end; ++t) {
      score->log_likelihood -= tokens.losses[t];
      score->is_greedy &= tokens.is_likeliest[t] != 0;
    }
  }

  LanguageModel* const model_;
  const absl::Span<const Group> groups_;
  const int64_t max_tokens_;
  const OnProgress& on_progress_;
  std::unique_ptr<nn::KvCache> cache_;
  std::vector<std::vector<Score>> scores_;
  int64_t done_ = 0, total_ = 0;  // tokens
};

}  // namespace

absl::StatusOr<std::vector<std::vector<Score>>> ScoreGroups(LanguageModel* model,
                                                            absl::Span<const Group> groups,
                                                            int64_t max_tokens,
                                                            const OnProgress& on_progress) {
  TapeScope no_tape(nullptr);
  return Scorer(model, groups, max_tokens, on_progress).Run();
}

}  // namespace mneme
