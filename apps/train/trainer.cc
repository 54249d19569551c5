#include "apps/train/trainer.h"

#include <utility>

#include "absl/time/clock.h"
#include "apps/train/batch_step.h"
#include "autograd/ops/scale/scale.h"
#include "nn/optim/schedule.h"
#include "runtime/core/status.h"
#include "runtime/kernels/add/add.h"

namespace mneme {
absl::StatusOr<std::unique_ptr<Trainer>> Trainer::Create(const TrainConfig& config, Device device,
                                                         std::shared_ptr<const Tokenizer> tokenizer,
                                                         const TableProgress& progress) {
  auto trainer = std::unique_ptr<Trainer>(new Trainer(config, std::move(tokenizer)));
  // The data first: what is wrong with it shows in a moment, a large table takes its time.
  MNEME_ASSIGN_OR_RETURN(trainer->loader_, Loader::Create(config.data, trainer->tokenizer_));
  trainer->data_position_ = trainer->loader_->position();
  trainer->totals_.source_tokens.resize(trainer->source_names().size());
  MNEME_ASSIGN_OR_RETURN(trainer->model_,
                         LanguageModel::Create(config.model, config.memory, config.seed, device,
                                               ToDType(config.distributed.model_dtype), progress));
  trainer->optimizer_ = std::make_unique<ModelOptimizer>(trainer->model_.get(), config.optim);
  return trainer;
}

absl::Status Trainer::Seek(const RunTotals& totals, const LoaderState& data) {
  MNEME_ASSIGN_OR_RETURN(loader_, Loader::Create(config_.data, tokenizer_, {}, &data));
  data_position_ = loader_->position();
  totals_ = totals;
  totals_.source_tokens.resize(source_names().size());
  return absl::OkStatus();
}

absl::StatusOr<StepReport> Trainer::Step() {
  StepReport report;
  RunTotals totals = totals_;
  const float share = 1.0f / static_cast<float>(config_.grad_acc_steps);
  report.loss = Tensor::Zeros({}, DType::kF32, model_->device());
  for (int64_t i = 0; i < config_.grad_acc_steps; ++i) {
    const absl::Time asked = absl::Now();
    MNEME_ASSIGN_OR_RETURN(const Batch batch, loader_->Next());
    report.data_seconds += absl::ToDoubleSeconds(absl::Now() - asked);
    AddInPlace(report.loss, AccumulateGradients(model_.get(), *optimizer_, batch, share));
    report.tokens += batch.batch_size * batch.seq_len;
    for (size_t s = 0; s < batch.source_tokens.size(); ++s) {
      totals.source_tokens[s] += batch.source_tokens[s];
    }
  }
  report.loss = Scale(Variable(report.loss), share).value();
  ++totals.step;
  totals.tokens += report.tokens;
  totals_ = std::move(totals);
  data_position_ = loader_->position();
  const double factor = ScheduleFactor(config_.optim, totals_.step, config_.steps);
  report.lr = config_.optim.lr * factor;
  const double value_lr = config_.memory.value_fixed_lr.value_or(config_.optim.lr) * factor;
  report.norms = optimizer_->Step(report.lr, value_lr);
  return report;
}

int64_t Trainer::TouchedRows() const {
  int64_t rows = 0;
  for (const ValueStore* table : model_->tables()) rows += table->LastTouchedRows();
  return rows;
}

}  // namespace mneme
