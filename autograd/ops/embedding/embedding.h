// Rows of a dense table, picked by id: token embeddings.

#ifndef MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_H_
#define MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_H_

#include "autograd/core/variable.h"

namespace mneme {

// out[i] = table[ids[i]]            dtable[v] = sum of dout[i] over the i with ids[i] = v
//
// table: [V, D], f32, bf16 or f16. ids: [...] i32 in [0, V), on the table's device; an id outside
// is fatal. out: [..., D], in the table's dtype. dtable: [V, D] f32 always, dense; uses of a row
// are summed in an order that depends on ids alone, so the same bits come every time.
Variable Embedding(const Variable& table, const Tensor& ids);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_EMBEDDING_EMBEDDING_H_
