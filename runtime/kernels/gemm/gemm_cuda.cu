#include <cublas_v2.h>

#include <algorithm>

#include "runtime/core/cuda_check.h"
#include "runtime/kernels/gemm/gemm_kernels.h"

#define MNEME_CUBLAS_CHECK(expr)                                                \
  do {                                                                          \
    const cublasStatus_t mneme_status = (expr);                                 \
    if (mneme_status != CUBLAS_STATUS_SUCCESS) {                                \
      std::fprintf(stderr, "%s:%d: %s failed: %s\n", __FILE__, __LINE__, #expr, \
                   cublasGetStatusString(mneme_status));                        \
      std::abort();                                                             \
    }                                                                           \
  } while (false)

namespace mneme::cuda {
namespace {

// One handle on one stream: cuBLAS then gives the same bits on every run.
cublasHandle_t Handle() {
  static const cublasHandle_t handle = [] {
    cublasHandle_t created;
    MNEME_CUBLAS_CHECK(cublasCreate(&created));
    MNEME_CUBLAS_CHECK(cublasSetStream(created, ComputeStream()));
    return created;
  }();
  return handle;
}

cudaDataType_t DataType(DType dtype) {
  switch (dtype) {
    case DType::kBF16:
      return CUDA_R_16BF;
    case DType::kF16:
      return CUDA_R_16F;
    default:
      return CUDA_R_32F;
  }
}

int Int(int64_t value) {
  if (value > INT32_MAX) {
    std::fprintf(stderr, "matrix dimension %lld is beyond cuBLAS's 2^31 - 1\n",
                 static_cast<long long>(value));
    std::abort();
  }
  return static_cast<int>(value);
}

}  // namespace

// cuBLAS is column-major: it sees our matrices transposed, and c^T = op(b)^T op(a)^T.
// CUBLAS_COMPUTE_32F never uses TF32.
void Gemm(const GemmArgs& args) {
  if (args.m == 0 || args.n == 0 || args.batch == 0) return;
  MNEME_CUBLAS_CHECK(cublasGemmStridedBatchedEx(
      Handle(), args.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N,
      args.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N, Int(args.n), Int(args.m), Int(args.k),
      &args.alpha, args.b, DataType(args.dtype), Int(std::max<int64_t>(1, args.ldb)), args.stride_b,
      args.a, DataType(args.dtype), Int(std::max<int64_t>(1, args.lda)), args.stride_a, &args.beta,
      args.c, DataType(args.c_dtype), Int(args.ldc), args.stride_c, Int(args.batch),
      CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
}

}  // namespace mneme::cuda
