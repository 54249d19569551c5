// Lazy Adam for a table of which a step touches few rows.

#ifndef MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_
#define MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_

#include <cstdint>

#include "memory_layer/row_gradients/row_gradients.h"
#include "runtime/core/tensor.h"

namespace mneme {

struct SparseAdamArgs {
  double lr;
  double beta1;
  double beta2;
  double epsilon;
  // f32, one element, where the gradients are: multiplies them. Undefined: 1. NaN: no row changes,
  // so that a step can be skipped without the host's knowing.
  Tensor gradient_scale;
};

// A table and its state, each f32 [n_rows, dim], in one place.
struct AdamTable {
  Tensor values;
  Tensor exp_avg;
  Tensor exp_avg_sq;
  Tensor rounded;  // bf16 [n_rows, dim], which follows the values; may be undefined
};

// Updates the rows of `touched`, whose gradients are f32 or bf16. With g a row's gradient times
// gradient_scale, in update t = `step`, counted from 1:
//   m <- beta1 m + (1 - beta1) g          v <- beta2 v + (1 - beta2) g^2
//   w <- w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
// Other rows, and their m and v, stand still, while t counts every update: the semantics of
// torch.optim.SparseAdam. A listed row whose gradient is zero is updated. There is no weight decay.
// Source: Adam, arXiv 1412.6980, algorithm 1.
void SparseAdam(const SparseAdamArgs& args, int64_t step, const RowGradients& touched,
                const AdamTable& table);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_
