// Lazy Adam for a table of which a step touches few rows.

#ifndef MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_
#define MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_

#include <cstdint>

#include "memory_layer/row_gradients/row_gradients.h"
#include "runtime/core/tensor.h"
#include "runtime/random/philox.h"

namespace mneme {

struct SparseAdamArgs {
  double lr;
  double beta1;
  double beta2;
  double epsilon;
  // f32 [4], where the gradients are: AdamFactors, which hold t and what multiplies the gradients.
  // A scale of NaN changes nothing, so that a step can be skipped without the host's knowing.
  Tensor factors;
};

// A table and its state, each [n_rows, dim], in one place.
struct AdamTable {
  Tensor values;           // f32, or in host memory bf16
  Tensor exp_avg;          // f32
  Tensor exp_avg_sq;       // f32
  Tensor rounded;          // bf16, which follows values in f32; may be undefined
  PhiloxKey rounding_key;  // of values in bf16
};

// Updates the rows of `touched`, whose gradients are f32 or bf16. With g a row's gradient times
// its scale, in update t, counted from 1:
//   m <- beta1 m + (1 - beta1) g          v <- beta2 v + (1 - beta2) g^2
//   w <- w - lr (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
// Other rows, and their m and v, stand still, while t counts every update: the semantics of
// torch.optim.SparseAdam. A listed row whose gradient is zero is updated. There is no weight decay.
// Values in bf16 are rounded to one of their two neighbours, to the nearer one more often, so that
// small updates are right on average; which one depends on rounding_key, row, column and t.
// Sources: Adam, arXiv 1412.6980, algorithm 1; stochastic rounding, arXiv 1502.02551, section 3.
void SparseAdam(const SparseAdamArgs& args, const RowGradients& touched, const AdamTable& table);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_H_
