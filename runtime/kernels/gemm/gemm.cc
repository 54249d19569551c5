#include "runtime/kernels/gemm/gemm.h"

#include "runtime/core/dispatch.h"
#include "runtime/kernels/gemm/gemm_kernels.h"

namespace mneme {

void Gemm(const Tensor& a, Transpose transpose_a, const Tensor& b, Transpose transpose_b,
          const Tensor& c, float beta) {
  const bool ta = transpose_a == Transpose::kYes, tb = transpose_b == Transpose::kYes;
  const int64_t m = ta ? a.dim(-1) : a.rows(), k = ta ? a.rows() : a.dim(-1);
  const int64_t n = tb ? b.rows() : b.dim(-1), k_b = tb ? b.dim(-1) : b.rows();
  CHECK(k == k_b && c.numel() == m * n && c.dim(-1) == n)
      << "gemm of " << ShapeString(a.shape()) << (ta ? "^T" : "") << " and "
      << ShapeString(b.shape()) << (tb ? "^T" : "") << " into " << ShapeString(c.shape());
  CHECK(IsFloat(a.dtype()) && a.dtype() == b.dtype() &&
        (c.dtype() == a.dtype() || c.dtype() == DType::kF32))
      << "gemm of " << DTypeName(a.dtype()) << " and " << DTypeName(b.dtype()) << " into "
      << DTypeName(c.dtype());
  GemmArgs args;
  args.dtype = a.dtype();
  args.c_dtype = c.dtype();
  args.transpose_a = ta;
  args.transpose_b = tb;
  args.m = m;
  args.n = n;
  args.k = k;
  args.beta = beta;
  args.a = a.raw();
  args.b = b.raw();
  args.c = c.raw();
  args.lda = a.dim(-1);
  args.ldb = b.dim(-1);
  args.ldc = n;
  MNEME_DISPATCH(a.device(), Gemm, args);
}

}  // namespace mneme
