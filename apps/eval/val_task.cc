#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "apps/eval/corpus_tasks.h"
#include "apps/eval/loss.h"
#include "data/loader/sequential_loader.h"
#include "glog/logging.h"
#include "runtime/core/status.h"

namespace mneme {
namespace {

struct DataSize {
  int64_t documents = 0;
  int64_t tokens = 0;
};

// Reads everything once: takes a moment beside the model, gives the progress its total, and finds
// broken lines before anybody has waited for a result.
absl::StatusOr<DataSize> MeasureData(SequentialLoader* loader, const Tokenizer& tokenizer) {
  DataSize size;
  int64_t begins = 0;
  while (true) {
    const absl::StatusOr<Batch> batch = loader->Next();
    if (absl::IsOutOfRange(batch.status())) break;
    MNEME_RETURN_IF_ERROR(batch.status());
    begins += std::count(batch->tokens.begin(), batch->tokens.end(), tokenizer.bos_id());
    size.tokens += static_cast<int64_t>(batch->tokens.size());
  }
  // Where EOS is the same token, all but the last document, whose EOS is only predicted, have two.
  size.documents = tokenizer.bos_id() == tokenizer.eos_id() ? (begins + 1) / 2 : begins;
  return size;
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

const char* SplitName(Split split) {
  return split == Split::kHeldOut ? "held-out" : split == Split::kTrain ? "training" : "all";
}

class ValTask : public EvalTask {
 public:
  explicit ValTask(const ValOptions& options) : options_(options) {}

  const std::string& name() const override { return name_; }

  absl::StatusOr<TaskResult> Run(const EvalModel& model, const OnProgress& on_progress) override {
    const int64_t max_seqlen = model.model->config().max_seqlen;
    DataConfig data = options_.data;
    data.seq_len = options_.seq_len.value_or(max_seqlen);
    data.batch_size = std::max<int64_t>(1, model.max_tokens / data.seq_len);
    MNEME_ASSIGN_OR_RETURN(const std::unique_ptr<SequentialLoader> loader,
                           SequentialLoader::Create(data, model.tokenizer, options_.split,
                                                    /*max_sequences=*/options_.limit.value_or(-1)));
    MNEME_ASSIGN_OR_RETURN(const DataSize size, MeasureData(loader.get(), *model.tokenizer));
    const QuietLog quiet;  // bad lines have been warned of
    MNEME_ASSIGN_OR_RETURN(const LossSummary loss,
                           MeasureLoss(model.model, loader.get(), [&](const LossSummary& now) {
                             return on_progress(now.tokens, size.tokens);
                           }));
    TaskResult result = {.task = name_};
    result.metrics = {{"nll_per_token", loss.loss(), std::nullopt, loss.tokens},
                      {"nll_per_byte", loss.nll_per_byte(), std::nullopt, loss.text_bytes},
                      {"perplexity", loss.perplexity(), std::nullopt, loss.tokens},
                      {"bits_per_byte", loss.bits_per_byte(), std::nullopt, loss.text_bytes}};
    const std::string sources = absl::StrJoin(
        data.sources, ", ", [](std::string* out, const auto& s) { absl::StrAppend(out, s.first); });
    result.notes = {absl::StrCat(sources, " (", SplitName(options_.split), "), ", size.documents,
                                 " documents in sequences of ", data.seq_len, " tokens")};
    if (data.seq_len > max_seqlen) {
      result.notes.push_back(
          absl::StrCat("the model is made for sequences of ", max_seqlen, " tokens"));
    }
    return result;
  }

 private:
  const std::string name_ = "val";
  const ValOptions options_;
};

}  // namespace

std::unique_ptr<EvalTask> MakeValTask(const ValOptions& options) {
  return std::make_unique<ValTask>(options);
}

}  // namespace mneme
