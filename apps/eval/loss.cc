#include "apps/eval/loss.h"

#include <cmath>

#include "autograd/core/tape.h"
#include "autograd/ops/cross_entropy/cross_entropy.h"
#include "runtime/core/status.h"

namespace mneme {

double LossSummary::perplexity() const { return std::exp(loss()); }

double LossSummary::bits_per_byte() const { return nll_per_byte() / std::log(2.0); }

absl::StatusOr<LossSummary> MeasureLoss(
    LanguageModel* model, SequentialLoader* loader,
    const std::function<absl::Status(const LossSummary& so_far)>& on_batch) {
  TapeScope no_tape(nullptr);
  MNEME_RETURN_IF_ERROR(loader->Rewind());
  LossSummary summary;
  while (true) {
    const absl::StatusOr<Batch> batch = loader->Next();
    if (absl::IsOutOfRange(batch.status())) return summary;
    MNEME_RETURN_IF_ERROR(batch.status());
    const Shape shape = {batch->batch_size, batch->seq_len};
    const int64_t count = batch->batch_size * batch->seq_len;
    const Tensor tokens = Tensor::From<int32_t>(shape, batch->tokens, model->device());
    const Tensor targets = Tensor::From<int32_t>(
        {count}, {batch->targets.begin(), batch->targets.begin() + count}, model->device());
    const Tensor logits =
        model->Logits(tokens).value().Reshape({count, model->config().vocab_size});
    for (float loss : TokenLosses(logits, targets).ToVector<float>()) summary.nll += loss;
    summary.tokens += count;
    summary.text_bytes += batch->text_bytes;
    if (on_batch) MNEME_RETURN_IF_ERROR(on_batch(summary));
  }
}

}  // namespace mneme
