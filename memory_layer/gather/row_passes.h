// What the gather's ops are made of: passes over rows that a store has staged, without gradients.
//
// T tokens, P picks a token; row(t, p) is staged.rows[staged.index[t P + p]].

#ifndef MNEME_MEMORY_LAYER_GATHER_ROW_PASSES_H_
#define MNEME_MEMORY_LAYER_GATHER_ROW_PASSES_H_

#include "memory_layer/picks/picks.h"
#include "memory_layer/value_store/value_store.h"
#include "runtime/core/tensor.h"

namespace mneme {

// out[t] = the sum over p of weights[t, p] row(t, p), times silu(gate[t]) if that is defined.
// weights: f32 [T, P]; out, gate: [T, dim] of out_dtype.
Tensor WeightedSum(const PickPlan& plan, const StagedRows& staged, const Tensor& weights,
                   DType out_dtype, const Tensor& gate = Tensor());

// out[t, p] = row(t, p) . x[t]. x: [T, dim]; out: f32 [T, P].
Tensor PickDot(const PickPlan& plan, const StagedRows& staged, const Tensor& x);

// out[u] = the sum over the places of the plan's u-th unique row, in their order, of
// weights[place] x[token]. weights: f32 [T, P]; x: [T, dim]; out: f32 [max_unique, dim].
Tensor SumByRow(const PickPlan& plan, const Tensor& weights, const Tensor& x);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_GATHER_ROW_PASSES_H_
