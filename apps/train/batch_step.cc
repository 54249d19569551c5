#include "apps/train/batch_step.h"

#include <vector>

#include "autograd/core/tape.h"
#include "autograd/ops/scale/scale.h"

namespace mneme {

Tensor AccumulateGradients(LanguageModel* model, const ModelOptimizer& optimizer,
                           const Batch& batch, float share) {
  const Shape shape = {batch.batch_size, batch.seq_len};
  const Tensor tokens = Tensor::From<int32_t>(shape, batch.tokens, model->device());
  // The first shifted view: further ones have no use in next-token prediction.
  const Tensor targets = Tensor::From<int32_t>(
      shape, {batch.targets.begin(), batch.targets.begin() + batch.tokens.size()}, model->device());
  Tape tape;
  TapeScope scope(&tape);
  const Variable loss = model->Loss(tokens, targets);
  tape.Backward(loss, Scale(Variable(optimizer.loss_scale()), share).value());
  return loss.value();
}

}  // namespace mneme
