// Differentiable use of a few rows of a value store.
//
// T tokens, P picks a token; place = t P + p, row(place) the row that the plan picked there. The
// gradients of rows go to the store, as ValueStore::AddGradient takes them: for each unique row,
// the sum over its places in ascending order. On a tape the store must outlive the tape.

#ifndef MNEME_MEMORY_LAYER_GATHER_GATHER_H_
#define MNEME_MEMORY_LAYER_GATHER_GATHER_H_

#include <memory>

#include "autograd/core/variable.h"
#include "memory_layer/picks/picks.h"
#include "memory_layer/value_store/value_store.h"

namespace mneme {

// out[t] = sum_p weights[t, p] row(t, p)
// dweights[t, p] = row(t, p) . dout[t]        drow = sum over its places of weights[place] dout[t]
//
// weights: f32 [T, P]. out: [T, dim] of out_dtype (f32, bf16 or f16), on weights' device.
// Source: "Large Memory Layers with Product Keys", arXiv 1907.05242, equation 3.
Variable WeightedRowSum(ValueStore* store, std::shared_ptr<const PickPlan> plan,
                        const Variable& weights, DType out_dtype);

// out[t] = silu(gate[t]) * sum_p weights[t, p] row(t, p), rounded once: for inference, so no
// gradient. gate, out: [T, dim], f32, bf16 or f16.
Tensor GatedRowSum(ValueStore* store, const PickPlan& plan, const Tensor& weights,
                   const Tensor& gate);

// out[t, p] = row(t, p) . x[t]
// dx[t] = sum_p dout[t, p] row(t, p)          drow = sum over its places of dout[place] x[t]
//
// x: [T, dim], f32, bf16 or f16. out: f32 [T, P].
// Source: "Mixture of A Million Experts" (PEER), arXiv 2407.04153, equation 4: u_i . x.
Variable RowDot(ValueStore* store, std::shared_ptr<const PickPlan> plan, const Variable& x);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_GATHER_GATHER_H_
