#include <utility>

#include "absl/strings/str_cat.h"
#include "apps/eval/corpus_tasks.h"
#include "apps/eval/kinds.h"
#include "apps/eval/recall_questions.h"
#include "data/wordnet/wordnet.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

constexpr uint64_t kSeed = 42;

class RecallTask : public EvalTask {
 public:
  RecallTask(DocumentSet held_out, DocumentSet training)
      : held_out_(std::move(held_out)), training_(std::move(training)) {}

  const std::string& name() const override { return name_; }

  absl::StatusOr<TaskResult> Run(const EvalModel& model, const OnProgress& on_progress) override {
    TaskResult result = {.task = name_};
    int64_t part = 0;
    for (const DocumentSet* set : {&held_out_, &training_}) {
      MNEME_ASSIGN_OR_RETURN(TaskResult found,
                             RunChoices(*set, model, [&](int64_t done, int64_t total) {
                               return on_progress(done + part * total, 2 * total);
                             }));
      for (Metric& metric : found.metrics) {
        metric.name = absl::StrCat(set->task, "_", metric.name);
        result.metrics.push_back(std::move(metric));
      }
      for (auto& sample : found.samples) {
        sample["part"] = set->task;
        result.samples.push_back(std::move(sample));
      }
      for (std::string& note : found.notes) {
        result.notes.push_back(absl::StrCat(set->task, ": ", note));
      }
      ++part;
    }
    return result;
  }

 private:
  const std::string name_ = "recall";
  const DocumentSet held_out_, training_;
};

absl::StatusOr<DocumentSet> Questions(const std::vector<WordNetEntry>& entries, bool held_out,
                                      int64_t count) {
  DocumentSet set = {.task = held_out ? "held_out" : "training"};
  MNEME_ASSIGN_OR_RETURN(set.documents, SampleQuestions(entries, held_out, count, kSeed));
  for (const TaskDocument& question : set.documents) set.prompts.push_back(question.query);
  return set;
}

}  // namespace

absl::StatusOr<std::unique_ptr<EvalTask>> OpenRecallTask(const RecallOptions& options) {
  MNEME_ASSIGN_OR_RETURN(const std::vector<WordNetEntry> entries, LoadWordNet(options.wordnet_dir));
  MNEME_ASSIGN_OR_RETURN(DocumentSet held_out, Questions(entries, true, options.questions));
  MNEME_ASSIGN_OR_RETURN(DocumentSet training, Questions(entries, false, options.questions));
  return std::make_unique<RecallTask>(std::move(held_out), std::move(training));
}

}  // namespace mneme
