#include "apps/eval/run.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "apps/config/user_path.h"
#include "apps/eval/loss.h"
#include "apps/eval/recall.h"
#include "apps/progress/task_progress.h"
#include "data/corpus/document_source.h"
#include "data/loader/open_sources.h"
#include "data/loader/sequential_loader.h"
#include "data/wordnet/wordnet.h"
#include "glog/logging.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

using Documents = EvalArgs::Documents;

Split SplitOf(const EvalArgs& args) {
  switch (args.split) {
    case Documents::kHeldOut:
      return Split::kHeldOut;
    case Documents::kTraining:
      return Split::kTrain;
    case Documents::kAll:
      return Split::kAll;
    case Documents::kAuto:
      break;
  }
  return args.data == kWordNetSource ? Split::kHeldOut : Split::kAll;
}

const char* SplitName(Split split) {
  return split == Split::kHeldOut ? "held-out" : split == Split::kTrain ? "training" : "all";
}

struct DataSize {
  int64_t documents = 0;
  int64_t tokens = 0;
};

// Reads everything once: takes a moment beside the model, gives the progress line its total, and
// finds broken lines before anybody has waited for a result.
absl::StatusOr<DataSize> MeasureData(SequentialLoader* loader, int32_t bos_id) {
  DataSize size;
  while (true) {
    const absl::StatusOr<Batch> batch = loader->Next();
    if (absl::IsOutOfRange(batch.status())) return size;
    MNEME_RETURN_IF_ERROR(batch.status());
    size.documents += std::count(batch->tokens.begin(), batch->tokens.end(), bos_id);
    size.tokens += static_cast<int64_t>(batch->tokens.size());
  }
}

// Nothing below an error is logged meanwhile.
class QuietLog {
 public:
  QuietLog() : before_(FLAGS_minloglevel) { FLAGS_minloglevel = google::GLOG_ERROR; }
  ~QuietLog() { FLAGS_minloglevel = before_; }
  QuietLog(const QuietLog&) = delete;
  QuietLog& operator=(const QuietLog&) = delete;

 private:
  const int before_;
};

absl::Status EvaluateLoss(const EvalArgs& args, const LoadedModel& loaded, Screen* screen,
                          EvalReport* report) {
  const int64_t max_seqlen = loaded.model->config().max_seqlen;
  report->seq_len = args.seq_len.value_or(max_seqlen);
  if (report->seq_len > max_seqlen) {
    screen->Print(absl::StrCat("warning: seq_len is ", report->seq_len,
                               ", but the model is for sequences of ", max_seqlen, " tokens"));
  }
  DataConfig data;
  data.sources = {{args.data == kWordNetSource ? args.data : UserPath(args.data), 1.0}};
  data.batch_size = args.batch_size;
  data.seq_len = report->seq_len;
  data.wordnet_dir = args.wordnet_dir;
  const Split split = SplitOf(args);
  report->data = args.data;
  report->split = SplitName(split);
  MNEME_ASSIGN_OR_RETURN(
      const std::unique_ptr<SequentialLoader> loader,
      SequentialLoader::Create(data, loaded.tokenizer, split, args.max_batches.value_or(-1)));
  MNEME_ASSIGN_OR_RETURN(const DataSize size,
                         MeasureData(loader.get(), loaded.tokenizer->bos_id()));
  report->documents = size.documents;
  const QuietLog quiet;  // bad lines have been warned of
  TaskProgress progress(screen, "loss", TaskProgress::Unit::kCount);
  MNEME_ASSIGN_OR_RETURN(report->loss,
                         MeasureLoss(loaded.model.get(), loader.get(), [&](const LossSummary& now) {
                           progress.Update(now.tokens, size.tokens);
                         }));
  return absl::OkStatus();
}

absl::StatusOr<RecallScore> EvaluateRecall(const EvalArgs& args,
                                           const std::vector<WordNetEntry>& entries, bool held_out,
                                           const LoadedModel& loaded, Screen* screen) {
  MNEME_ASSIGN_OR_RETURN(
      const std::vector<RecallQuestion> questions,
      SampleQuestions(entries, held_out, args.recall_entries, static_cast<uint64_t>(args.seed)));
  TaskProgress progress(screen,
                        held_out ? "recall of held-out entries" : "recall of training entries",
                        TaskProgress::Unit::kCount);
  const int64_t total = static_cast<int64_t>(questions.size());
  return MeasureRecall(loaded.model.get(), *loaded.tokenizer, questions,
                       [&](int64_t done) { progress.Update(done, total); });
}

}  // namespace

void Describe(Section& s, EvalArgs& c) {
  Describe(s, c.model);
  s.Add("data", c.data,
        "a .jsonl or .txt file, a folder of such files or a pattern; wordnet: the built-in corpus");
  s.Add("split", c.split,
        {{"auto", Documents::kAuto},
         {"held_out", Documents::kHeldOut},
         {"training", Documents::kTraining},
         {"all", Documents::kAll}},
        "which documents; auto: wordnet's held-out ones, all of files");
  s.Add("batch_size", c.batch_size, {.min = 1}, "sequences that go through the model at once");
  s.Add("seq_len", c.seq_len, {.min = 1}, "tokens a sequence; null: the model's max_seqlen");
  s.Add("max_batches", c.max_batches, {.min = 1}, "only the first ones; null: all");
  s.Add("recall", c.recall,
        "also ask which of 10 glosses belongs to a WordNet entry, of held-out and training ones");
  s.Add("recall_entries", c.recall_entries, {.min = 1}, "how many of each to ask about");
  s.Add("seed", c.seed, {.min = 0}, "of the choice of these entries and their wrong glosses");
  s.AddPath("wordnet_dir", c.wordnet_dir, "where WordNet's data.noun, data.verb, ... are");
  s.Add("json", c.json, "print the result as one line of JSON");
}

absl::StatusOr<EvalReport> Evaluate(const EvalArgs& args, Screen* screen) {
  EvalReport report;
  MNEME_ASSIGN_OR_RETURN(const LoadedModel loaded, LoadModel(args.model, screen));
  report.checkpoint = loaded.path;
  report.step = loaded.step;
  MNEME_RETURN_IF_ERROR(EvaluateLoss(args, loaded, screen, &report));
  if (!args.recall) return report;
  MNEME_ASSIGN_OR_RETURN(const std::vector<WordNetEntry> entries, LoadWordNet(args.wordnet_dir));
  EvalReport::Recall recall{.seed = args.seed};
  MNEME_ASSIGN_OR_RETURN(recall.held_out, EvaluateRecall(args, entries, true, loaded, screen));
  MNEME_ASSIGN_OR_RETURN(recall.training, EvaluateRecall(args, entries, false, loaded, screen));
  report.recall = recall;
  return report;
}

}  // namespace mneme
