// What an evaluation found, for people and for programs.

#ifndef MNEME_APPS_EVAL_REPORT_H_
#define MNEME_APPS_EVAL_REPORT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "apps/eval/loss.h"
#include "apps/eval/recall_score.h"

namespace mneme {

struct EvalReport {
  std::string checkpoint;  // its folder
  int64_t step = 0;
  std::string data;   // as the user named it
  std::string split;  // "held-out", "training" or "all"
  int64_t seq_len = 0;
  int64_t documents = 0;
  LossSummary loss;

  struct Recall {
    RecallScore held_out;
    RecallScore training;
    int64_t seed = 0;
  };
  std::optional<Recall> recall;
};

// Several lines, each ended.
std::string ReportText(const EvalReport& report);

// One line, ended: a JSON object. A number that is not finite is null.
std::string ReportJson(const EvalReport& report);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_REPORT_H_
