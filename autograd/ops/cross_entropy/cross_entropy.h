// The loss of predicting one class of many from unnormalised log-probabilities.

#ifndef MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_H_
#define MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_H_

#include "autograd/core/variable.h"

namespace mneme {

// logits: [..., V], seen as [rows, V]; f32, bf16 or f16, computed in f32.
// targets: i32 with one class of [0, V) for each row. Another value is fatal on the CPU; on the
// GPU, where looking would make the host wait, it makes the row's loss NaN.

// loss[r] = logsumexp(logits[r]) - logits[r, targets[r]], in nats
//
// -> f32 of targets' shape. Nothing is recorded: this is for evaluation.
Tensor TokenLosses(const Tensor& logits, const Tensor& targets);

// out = sum over r of loss[r] / rows            -> f32 scalar, shape []
// dlogits[r, c] = (e^(logits[r, c] - logsumexp(logits[r])) - [c = targets[r]]) dout / rows
//
// rows > 0. dlogits has the logits' dtype. Saves the logits and one f32 for each row, so that no
// second tensor of the logits' size lives until backward.
Variable CrossEntropy(const Variable& logits, const Tensor& targets);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_H_
