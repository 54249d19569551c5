#include "apps/eval/report.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "apps/eval/recall_questions.h"
#include "nlohmann/json.hpp"

namespace mneme {
namespace {

std::string AccuracyText(const Accuracy& accuracy) {
  return absl::StrFormat("%5.1f%% +- %.1f%%", 100.0 * accuracy.share(),
                         100.0 * accuracy.standard_error());
}

void AppendRecallRow(const char* name, const RecallScore& score, std::string* text) {
  absl::StrAppendFormat(text, "  %-9s %7d   %-16s   %s\n", name, score.total.questions,
                        AccuracyText(score.total), AccuracyText(score.per_byte));
}

void AppendRecall(const EvalReport::Recall& recall, std::string* text) {
  absl::StrAppendFormat(
      text, "recall      which of %d glosses belongs to a WordNet entry? chance %.1f%%\n",
      kRecallGlosses, 100.0 / kRecallGlosses);
  absl::StrAppendFormat(text, "  %-9s %7s   %-16s   %s\n", "entries", "asked", "log-likelihood",
                        "per byte");
  AppendRecallRow("held-out", recall.held_out, text);
  AppendRecallRow("training", recall.training, text);
  const int64_t cut = recall.held_out.cut_glosses + recall.training.cut_glosses;
  if (cut > 0) {
    absl::StrAppendFormat(text,
                          "  %d of %d glosses do not fit the model's sequence: scored by their "
                          "beginning\n",
                          cut, recall.held_out.glosses + recall.training.glosses);
  }
}

nlohmann::ordered_json RecallJson(const RecallScore& score) {
  return {{"entries", score.total.questions},
          {"accuracy", score.total.share()},
          {"accuracy_stderr", score.total.standard_error()},
          {"accuracy_per_byte", score.per_byte.share()},
          {"accuracy_per_byte_stderr", score.per_byte.standard_error()},
          {"glosses", score.glosses},
          {"cut_glosses", score.cut_glosses}};
}

}  // namespace

std::string ReportText(const EvalReport& report) {
  const LossSummary& loss = report.loss;
  std::string text;
  absl::StrAppendFormat(&text, "checkpoint  %s (step %d)\n", report.checkpoint, report.step);
  absl::StrAppendFormat(&text, "data        %s (%s): %d documents, %d bytes, %d tokens\n",
                        report.data, report.split, report.documents, loss.text_bytes, loss.tokens);
  absl::StrAppendFormat(&text, "loss        %.4f nats a token, in sequences of %d\n", loss.loss(),
                        report.seq_len);
  absl::StrAppendFormat(&text, "perplexity  %.4f a token\n", loss.perplexity());
  absl::StrAppendFormat(&text, "bits/byte   %.4f\n", loss.bits_per_byte());
  if (report.recall) AppendRecall(*report.recall, &text);
  return text;
}

std::string ReportJson(const EvalReport& report) {
  nlohmann::ordered_json json = {{"checkpoint", report.checkpoint},
                                 {"step", report.step},
                                 {"data", report.data},
                                 {"split", report.split},
                                 {"seq_len", report.seq_len},
                                 {"documents", report.documents},
                                 {"text_bytes", report.loss.text_bytes},
                                 {"tokens", report.loss.tokens},
                                 {"loss", report.loss.loss()},
                                 {"perplexity", report.loss.perplexity()},
                                 {"bits_per_byte", report.loss.bits_per_byte()}};
  if (report.recall) {
    json["recall"] = {{"chance", 1.0 / kRecallGlosses},
                      {"seed", report.recall->seed},
                      {"held_out", RecallJson(report.recall->held_out)},
                      {"training", RecallJson(report.recall->training)}};
  }
  // A path need not be UTF-8.
  using Json = nlohmann::ordered_json;
  return absl::StrCat(json.dump(-1, ' ', false, Json::error_handler_t::replace), "\n");
}

}  // namespace mneme
