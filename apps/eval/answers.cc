#include <algorithm>

#include "apps/eval/kinds.h"
#include "apps/model/decode.h"
#include "data/tasks/answer_match.h"
#include "data/text/python_str.h"
#include "data/text/utf8.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

// Where the first stop is; text.size() if there is none.
size_t FindStop(absl::string_view text) {
  return std::min(text.find_first_of("\n.,"), text.size());
}

// Answers to prompts, completed side by side.
absl::StatusOr<std::vector<std::string>> Complete(const EvalModel& model,
                                                  absl::Span<const std::vector<int32_t>> prompts,
                                                  const OnProgress& on_progress) {
  constexpr int64_t kBatchesCached = 4;
  const DecodeOptions options = {.max_new_tokens = model.max_gen_len,
                                 .end_id = model.tokenizer->eos_id(),
                                 .max_cached_tokens = kBatchesCached * model.max_tokens};
  std::vector<std::string> answers(prompts.size());
  int64_t done = 0;
  absl::Status status;
  DecodeGreedily(model.model, prompts, options,
                 [&](int64_t prompt, absl::Span<const int32_t> completion, bool ended) {
                   const std::string text = model.tokenizer->DecodeContinuation(completion);
                   const size_t stop = FindStop(text);
                   if (!ended && stop == text.size()) return status.ok();
                   const std::string answer = ReplaceInvalidUtf8(text.substr(0, stop));
                   answers[prompt] = std::string(PythonStrip(answer));
                   if (status.ok())
                     status = on_progress(++done, static_cast<int64_t>(prompts.size()));
                   return false;
                 });
  MNEME_RETURN_IF_ERROR(status);
  return answers;
}

}  // namespace

absl::StatusOr<TaskResult> RunAnswers(const DocumentSet& set, const EvalModel& model,
                                      const OnProgress& on_progress) {
  std::vector<std::vector<int32_t>> prompts;
  int64_t cut = 0;
  for (const std::string& text : set.prompts) {
    Prompt prompt =
        MakePrompt(*model.tokenizer, text, model.max_gen_len, model.model->config().max_seqlen);
    cut += prompt.is_cut;
    prompts.push_back(std::move(prompt.tokens));
  }
  MNEME_ASSIGN_OR_RETURN(const std::vector<std::string> answers,
                         Complete(model, prompts, on_progress));
  TaskResult result = {.task = set.task};
  std::vector<double> matches;
  for (size_t i = 0; i < answers.size(); ++i) {
    const std::vector<std::string>& accepted = set.documents[i].targets;
    matches.push_back(IsAccepted(answers[i], accepted, set.drops_articles) ? 1.0 : 0.0);
    result.samples.push_back({{"doc", i},
                              {"prompt", set.prompts[i]},
                              {"accepted", accepted},
                              {"answer", answers[i]},
                              {"exact_match", matches.back()}});
  }
  result.metrics = {MeanMetric("exact_match", matches)};
  NoteCut(cut, prompts.size(), &result);
  return result;
}

}  // namespace mneme
