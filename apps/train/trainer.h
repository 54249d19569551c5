// The state of a training run and its step: model, optimizer and data, without any output.

#ifndef MNEME_APPS_TRAIN_TRAINER_H_
#define MNEME_APPS_TRAIN_TRAINER_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "apps/config/train_config.h"
#include "apps/model/language_model.h"
#include "apps/model/model_optimizer.h"
#include "data/loader/loader.h"
#include "data/tokenizer/tokenizer.h"

namespace mneme {

// What the run has counted since its first step.
struct RunTotals {
  int64_t step = 0;  // optimizer steps done
  int64_t tokens = 0;
  std::vector<int64_t> source_tokens;  // in the order of Trainer::source_names
};

struct StepReport {
  int64_t tokens = 0;  // of this step
  double lr = 0.0;     // of the dense parameters
  Tensor loss;         // mean over the micro-steps; f32, one element, on the device
  ModelOptimizer::Norms norms;
  double data_seconds = 0.0;  // waited for batches
};

// Of one element, f32: the value. Waits for the device.
inline float Number(const Tensor& scalar) { return scalar.ToVector<float>()[0]; }

class Trainer {
 public:
  // A run at its beginning; `progress` is told how far the value tables are. Errors: those of the
  // model and of the data.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(const TrainConfig& config, Device device,
                                                         std::shared_ptr<const Tokenizer> tokenizer,
                                                         const TableProgress& progress = nullptr);

  // Forward and backward over grad_acc_steps batches, then one optimizer step. On a GPU the host
  // only puts the work into the device's queue: it waits for nothing but, in a memory layer whose
  // table lies in host memory, the rows' last update.
  // Errors: those of the data. The trainer then stands behind the last whole step, from where
  // another can go on, but must do no step more itself: it may have added to the gradients.
  absl::StatusOr<StepReport> Step();

  // Goes on from `position`: the weights, moments and counts of a checkpoint are written through
  // model() and optimizer() (model_state.h).
  absl::Status Seek(const RunTotals& totals, const LoaderState& data);

  // Rows of all value tables that the last step picked. Waits for the device.
  int64_t TouchedRows() const;

  LanguageModel* model() { return model_.get(); }
  ModelOptimizer* optimizer() { return optimizer_.get(); }
  const RunTotals& totals() const { return totals_; }
  LoaderState DataState() const { return loader_->StateAt(data_position_); }
  const std::vector<std::string>& source_names() const { return loader_->source_names(); }

 private:
  Trainer(const TrainConfig& config, std::shared_ptr<const Tokenizer> tokenizer)
      : config_(config), tokenizer_(std::move(tokenizer)) {}

  const TrainConfig config_;
  const std::shared_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<LanguageModel> model_;
  std::unique_ptr<ModelOptimizer> optimizer_;
  std::unique_ptr<Loader> loader_;
  RunTotals totals_;
  ShuffleCursor data_position_;  // behind the last whole step
};

}  // namespace mneme

#endif  // MNEME_APPS_TRAIN_TRAINER_H_
