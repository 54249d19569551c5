// Root-mean-square normalisation.

#ifndef MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_H_
#define MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_H_

#include "autograd/core/variable.h"

namespace mneme {

// Over the innermost dimension D, with r = 1 / sqrt(mean(x^2) + epsilon) for each row:
//
//   out = r x weight
//   dx = r (g - r^2 x mean(g x)) with g = dout weight
//   dweight = sum over rows of dout r x
//
// x: [..., D], weight: [D], or undefined for ones; one dtype of f32, bf16 and f16. out: as x.
// Computed in f32 and rounded once; dweight is f32 always, summed in an order that depends on the
// shape alone.
//
// Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", arXiv 1910.07467, equation 4.
Variable RmsNorm(const Variable& x, const Variable& weight, float epsilon);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_H_
