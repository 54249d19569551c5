// GELU (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016), exact rather than by tanh.

#ifndef MNEME_AUTOGRAD_OPS_GELU_GELU_H_
#define MNEME_AUTOGRAD_OPS_GELU_GELU_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = x Phi(x)                    Phi(x) = (1 + erf(x / sqrt(2))) / 2
// dx = dout (Phi(x) + x phi(x))     phi(x) = e^(-x^2 / 2) / sqrt(2 pi)
//
// x: any shape; f32, bf16 or f16 (computed in f32). out: as x.
Variable Gelu(const Variable& x);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_GELU_GELU_H_
