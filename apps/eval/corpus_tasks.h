// The tasks that ask nothing: how well a model predicts text, and what it has kept of a dictionary.

#ifndef MNEME_APPS_EVAL_CORPUS_TASKS_H_
#define MNEME_APPS_EVAL_CORPUS_TASKS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "apps/eval/eval_task.h"
#include "data/corpus/document_source.h"
#include "data/loader/data_config.h"

namespace mneme {

struct ValOptions {
  DataConfig data;  // but for batch_size and seq_len
  Split split = Split::kHeldOut;
  std::optional<int64_t> seq_len;  // unset: the model's max_seqlen
  std::optional<int64_t> limit;    // sequences, rounded up to a whole batch
};

// `val`: nll_per_token, nll_per_byte, perplexity (of a token) and bits_per_byte of the documents,
// packed into sequences. The data is opened when the task runs.
std::unique_ptr<EvalTask> MakeValTask(const ValOptions& options);

struct RecallOptions {
  std::string wordnet_dir;
  int64_t questions = 200;  // of each kind
};

// `recall`: which of 10 glosses belongs to a WordNet entry, of held-out entries and of those that
// are trained on? held_out_acc, held_out_acc_norm, training_acc, training_acc_norm, as RunChoices
// has them; chance is 0.1. Errors: those of WordNet.
absl::StatusOr<std::unique_ptr<EvalTask>> OpenRecallTask(const RecallOptions& options);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_CORPUS_TASKS_H_
