// A model and its optimizer as the tensors of a checkpoint, and back.

#ifndef MNEME_APPS_MODEL_MODEL_STATE_H_
#define MNEME_APPS_MODEL_MODEL_STATE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "apps/checkpoint/checkpoint.h"
#include "apps/checkpoint/find.h"
#include "apps/checkpoint/write.h"
#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "data/loader/data_config.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// Adds weights and rows to contents->model, moments to contents->optimizer and step counts to
// contents->state. The memory is the model's own, and must not change until the checkpoint is
// written; what lies on a GPU is copied to the host piece by piece as it is written.
void AddModelState(LanguageModel* model, ModelOptimizer* optimizer, CheckpointContents* contents);

// Loads weights, rows and, with an optimizer, moments and step counts. Errors: a checkpoint of a
// model of another shape, naming the first tensor that differs, before anything is changed; a
// damaged file.
absl::Status RestoreModel(const Checkpoint& checkpoint, LanguageModel* model,
                          ModelOptimizer* optimizer);

// RestoreModel from a run's latest checkpoint that is whole: one whose files turn out to be damaged
// is passed over for the one before it, with a warning that names the file. Nothing is restored if
// there is none.
absl::StatusOr<FoundCheckpoint> RestoreLatest(const std::string& dump_dir, LanguageModel* model,
                                              ModelOptimizer* optimizer);

// A trained model, for evaluation and generation.
struct LoadedModel {
  std::unique_ptr<LanguageModel> model;
  std::shared_ptr<const Tokenizer> tokenizer;
  int64_t step = 0;
  std::string path;                   // of the checkpoint
  std::vector<std::string> warnings;  // later checkpoints that were skipped
};

// From a checkpoint's folder or the latest one of a run's dump_dir, with the tokenizer that it
// names or, if it has a name, `tokenizer`. Every byte that is read is checked against its checksum.
// Errors: a tokenizer that is not there, or is of another size than the model's own
// (CheckTokenizerSize).
absl::StatusOr<LoadedModel> LoadModel(const std::string& ckpt_dir, Device device, DType dtype,
                                      const TokenizerConfig& tokenizer = {.name = ""});

}  // namespace mneme

#endif  // MNEME_APPS_MODEL_MODEL_STATE_H_
