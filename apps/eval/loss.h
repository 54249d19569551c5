// Loss of a model on documents.

#ifndef MNEME_APPS_EVAL_LOSS_H_
#define MNEME_APPS_EVAL_LOSS_H_

#include <cstdint>
#include <functional>

#include "absl/status/statusor.h"
#include "apps/model/language_model.h"
#include "data/loader/sequential_loader.h"

namespace mneme {

struct LossSummary {
  double nll = 0.0;  // sum of -log p over the tokens, in nats
  int64_t tokens = 0;
  int64_t text_bytes = 0;

  double loss() const { return nll / static_cast<double>(tokens); }
  double nll_per_byte() const { return nll / static_cast<double>(text_bytes); }
  double perplexity() const;
  double bits_per_byte() const;
};

// Over all batches of `loader`, from its beginning. Records nothing. on_batch, if given, is called
// after each with the sums so far. Errors: those of the data and of on_batch.
absl::StatusOr<LossSummary> MeasureLoss(
    LanguageModel* model, SequentialLoader* loader,
    const std::function<absl::Status(const LossSummary& so_far)>& on_batch = nullptr);

}  // namespace mneme

#endif  // MNEME_APPS_EVAL_LOSS_H_
