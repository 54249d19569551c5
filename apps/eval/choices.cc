#include <algorithm>

#include "absl/strings/str_cat.h"
#include "apps/eval/kinds.h"
#include "data/text/python_str.h"
#include "runtime/core/status.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme {
namespace {

int64_t FirstLargest(const std::vector<double>& values) {
  return std::max_element(values.begin(), values.end()) - values.begin();
}

// The requests of each document. Tokenizing takes a while beside a fast model: all threads help.
std::vector<std::vector<ScoreRequest>> MakeGroups(const DocumentSet& set, const EvalModel& model) {
  constexpr int64_t kGrain = 16;  // documents
  std::vector<std::vector<ScoreRequest>> groups(set.documents.size());
  ParallelFor(static_cast<int64_t>(groups.size()), kGrain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      for (const std::string& target : set.documents[i].targets) {
        groups[i].push_back(MakeScoreRequest(*model.tokenizer, set.prompts[i],
                                             absl::StrCat(" ", target),
                                             model.model->config().max_seqlen));
      }
    }
  });
  return groups;
}

}  // namespace

absl::StatusOr<TaskResult> RunChoices(const DocumentSet& set, const EvalModel& model,
                                      const OnProgress& on_progress) {
  const std::vector<std::vector<ScoreRequest>> groups = MakeGroups(set, model);
  int64_t requests = 0, cut = 0;
  for (const std::vector<ScoreRequest>& group : groups) {
    requests += static_cast<int64_t>(group.size());
    for (const ScoreRequest& request : group) cut += request.is_cut;
  }
  MNEME_ASSIGN_OR_RETURN(const auto scores,
                         ScoreGroups(model.model, groups, model.max_tokens, on_progress));
  TaskResult result = {.task = set.task};
  std::vector<double> acc, acc_norm;
  for (size_t i = 0; i < groups.size(); ++i) {
    const TaskDocument& document = set.documents[i];
    std::vector<double> sums, per_character;
    std::vector<bool> greedy;
    for (size_t j = 0; j < document.targets.size(); ++j) {
      const double sum = scores[i][j].log_likelihood;
      sums.push_back(sum);
      per_character.push_back(sum / static_cast<double>(PythonLength(document.targets[j])));
      greedy.push_back(scores[i][j].is_greedy);
    }
    acc.push_back(FirstLargest(sums) == document.gold ? 1.0 : 0.0);
    acc_norm.push_back(FirstLargest(per_character) == document.gold ? 1.0 : 0.0);
    result.samples.push_back({{"doc", i},
                              {"context", set.prompts[i]},
                              {"choices", document.targets},
                              {"gold", document.gold},
                              {"log_likelihoods", sums},
                              {"greedy", greedy},
                              {"acc", acc.back()},
                              {"acc_norm", acc_norm.back()}});
  }
  result.metrics = {MeanMetric("acc", acc), MeanMetric("acc_norm", acc_norm)};
  NoteCut(cut, requests, &result);
  return result;
}

void NoteCut(int64_t cut, size_t texts, TaskResult* result) {
  if (cut == 0) return;
  result->notes.push_back(absl::StrCat(
      cut, " of ", texts, " texts are longer than the model's window and lost their beginning"));
}

}  // namespace mneme
