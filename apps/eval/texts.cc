#include <cmath>

#include "apps/eval/kinds.h"
#include "runtime/core/status.h"

namespace mneme {

absl::StatusOr<TaskResult> RunTexts(const DocumentSet& set, const EvalModel& model,
                                    const OnProgress& on_progress) {
  std::vector<std::vector<ScoreRequest>> windows;  // one a group: they begin differently
  std::vector<size_t> document_of;                 // each window
  for (size_t i = 0; i < set.documents.size(); ++i) {
    for (ScoreRequest& request : MakeRollingRequests(*model.tokenizer, set.documents[i].targets[0],
                                                     model.model->config().max_seqlen)) {
      windows.push_back({std::move(request)});
      document_of.push_back(i);
    }
  }
  MNEME_ASSIGN_OR_RETURN(const auto scores,
                         ScoreGroups(model.model, windows, model.max_tokens, on_progress));
  std::vector<double> log_likelihoods(set.documents.size(), 0.0);
  for (size_t w = 0; w < windows.size(); ++w) {
    log_likelihoods[document_of[w]] += scores[w][0].log_likelihood;
  }
  TaskResult result = {.task = set.task};
  double nll = 0.0;
  int64_t words = 0, bytes = 0;
  for (size_t i = 0; i < set.documents.size(); ++i) {
    const TaskDocument& document = set.documents[i];
    nll -= log_likelihoods[i];
    words += document.words;
    bytes += document.text_bytes;
    result.samples.push_back({{"doc", i},
                              {"text", document.targets[0]},
                              {"log_likelihood", log_likelihoods[i]},
                              {"words", document.words},
                              {"bytes", document.text_bytes}});
  }
  const double per_byte = nll / static_cast<double>(bytes);
  result.metrics = {
      {"word_perplexity", std::exp(nll / static_cast<double>(words)), std::nullopt, words},
      {"byte_perplexity", std::exp(per_byte), std::nullopt, bytes},
      {"bits_per_byte", per_byte / std::log(2.0), std::nullopt, bytes}};
  return result;
}

}  // namespace mneme
