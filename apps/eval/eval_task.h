// Something to evaluate a model on, and what came out.

#ifndef MNEME_APPS_EVAL_EVAL_TASK_H_
#define MNEME_APPS_EVAL_EVAL_TASK_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/eval/metric.h"
#include "apps/eval/scorer.h"
#include "apps/model/language_model.h"
#include "data/tokenizer/tokenizer.h"
#include "nlohmann/json.hpp"

namespace mneme {

struct EvalModel {
  LanguageModel* model = nullptr;
  std::shared_ptr<const Tokenizer> tokenizer;
  int64_t max_tokens = 8192;  // that go through the model at once
  int64_t max_gen_len = 256;  // tokens of an answer
};

struct TaskResult {
  std::string task;
  std::vector<Metric> metrics;
  std::vector<nlohmann::ordered_json> samples;  // an object for each document, in their order
  std::vector<std::string> notes;               // sentences on what the numbers do not tell
  double seconds = 0.0;
};

class EvalTask {
 public:
  virtual ~EvalTask() = default;

  virtual const std::string& name() const = 0;

  // Leaves the model as it was. Errors: those of on_progress and of data that is read here.
  virtual absl::StatusOr<TaskResult> Run(const EvalModel& model, const OnProgress& on_progress) = 0;
};

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_EVAL_TASK_H_
