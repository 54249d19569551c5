#ifndef MNEME_RUNTIME_KERNELS_GEMM_GEMM_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_GEMM_GEMM_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

// c[i] = alpha op(a[i]) op(b[i]) + beta c[i] for `batch` row-major matrices. Leading dimensions
// (ld*) are the elements from one stored row to the next; strides those from one matrix of the
// batch to the next.
struct GemmArgs {
  DType dtype = DType::kF32;    // of a and b
  DType c_dtype = DType::kF32;  // dtype, or f32
  bool transpose_a = false;     // a is stored [K, M]
  bool transpose_b = false;     // b is stored [N, K]
  int64_t m = 0, n = 0, k = 0;
  float alpha = 1.0f, beta = 0.0f;
  const void* a = nullptr;
  const void* b = nullptr;
  void* c = nullptr;
  int64_t lda = 0, ldb = 0, ldc = 0;
  int64_t batch = 1;
  int64_t stride_a = 0, stride_b = 0, stride_c = 0;
};

namespace cpu {
void Gemm(const GemmArgs& args);
// f32 only, one matrix, on the calling thread: a building block for kernels that loop over
// blocks of a larger problem. Ignores batch.
void SerialGemm(const GemmArgs& args);
}  // namespace cpu
namespace cuda {
void Gemm(const GemmArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_GEMM_GEMM_KERNELS_H_
