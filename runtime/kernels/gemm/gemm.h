// Matrix products of row-major matrices, summed in f32.

#ifndef MNEME_RUNTIME_KERNELS_GEMM_GEMM_H_
#define MNEME_RUNTIME_KERNELS_GEMM_GEMM_H_

#include "runtime/core/tensor.h"

namespace mneme {

enum class Transpose : bool { kNo = false, kYes = true };

// c = op(a) op(b) + beta c, where op(x) is x or its transpose.
//
// a and b are seen as matrices of their innermost dimension: a tensor [B, S, D] is a matrix
// [B*S, D]. op(a): [M, K], op(b): [K, N], c: [M, N] of its own innermost dimension N.
// a and b have one float dtype; c has that dtype or is f32. Same bits for any number of threads.
void Gemm(const Tensor& a, Transpose transpose_a, const Tensor& b, Transpose transpose_b,
          const Tensor& c, float beta = 0.0f);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_GEMM_GEMM_H_
