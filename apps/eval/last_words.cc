#include <cmath>

#include "absl/strings/str_cat.h"
#include "apps/eval/kinds.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<TaskResult> RunLastWords(const DocumentSet& set, const EvalModel& model,
                                        const OnProgress& on_progress) {
  const int64_t window = model.model->config().max_seqlen;
  std::vector<std::vector<ScoreRequest>> groups;
  int64_t cut = 0;
  for (size_t i = 0; i < set.documents.size(); ++i) {
    groups.push_back({MakeScoreRequest(*model.tokenizer, set.prompts[i],
                                       absl::StrCat(" ", set.documents[i].targets[0]), window)});
    cut += groups.back()[0].is_cut;
  }
  MNEME_ASSIGN_OR_RETURN(const auto scores,
                         ScoreGroups(model.model, groups, model.max_tokens, on_progress));
  TaskResult result = {.task = set.task};
  std::vector<double> log_likelihoods, acc;
  for (size_t i = 0; i < groups.size(); ++i) {
    log_likelihoods.push_back(scores[i][0].log_likelihood);
    acc.push_back(scores[i][0].is_greedy ? 1.0 : 0.0);
    result.samples.push_back({{"doc", i},
                              {"context", set.prompts[i]},
                              {"word", set.documents[i].targets[0]},
                              {"log_likelihood", log_likelihoods.back()},
                              {"acc", acc.back()}});
  }
  Metric perplexity = MeanMetric("perplexity", log_likelihoods);
  perplexity.value = std::exp(-perplexity.value);
  // The mean's, times the slope of e^-mean.
  if (perplexity.standard_error) *perplexity.standard_error *= perplexity.value;
  result.metrics = {perplexity, MeanMetric("acc", acc)};
  NoteCut(cut, groups.size(), &result);
  return result;
}

}  // namespace mneme
