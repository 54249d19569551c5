// Attention of f32 tensors on the CPU; the dtype of the arguments is not looked at.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_F32_CPU_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_F32_CPU_H_

#include <algorithm>

#include "autograd/ops/attention/attention_kernels.h"
#include "runtime/kernels/gemm/gemm_kernels.h"

namespace mneme::cpu {

void AttentionForwardF32(const AttentionForwardArgs& args);
void AttentionBackwardF32(const AttentionBackwardArgs& args);

// The scores of one block of queries and keys fit in the first- and second-level caches.
constexpr int64_t kQueryBlock = 64;
constexpr int64_t kKeyBlock = 128;

// A matrix whose rows are `ld` elements apart.
struct Rows {
  float* data;
  int64_t ld;

  Rows From(int64_t row) const { return {data + row * ld, ld}; }
};

// The [rows, d] matrix of one batch member and head of x [B, rows, heads, d].
inline Rows HeadRows(const void* x, const AttentionShape& shape, int64_t rows, int64_t heads,
                     int64_t b, int64_t head) {
  float* base = static_cast<float*>(const_cast<void*>(x));
  return {base + (b * rows * heads + head) * shape.head_dim, heads * shape.head_dim};
}

// How many of the keys [key, key + count) the query sees.
inline int64_t VisibleKeys(const AttentionShape& shape, int64_t query, int64_t key, int64_t count) {
  const int64_t past = shape.keys - shape.queries;
  return std::clamp<int64_t>(past + query + 1 - key, 0, count);
}

enum class Form { kPlain, kTransposeA, kTransposeB };

// c [m, n] = alpha op(a) op(b) + beta c, summed over k.
inline void BlockGemm(Form form, int64_t m, int64_t n, int64_t k, float alpha, Rows a, Rows b,
                      float beta, Rows c) {
  SerialGemm({.transpose_a = form == Form::kTransposeA,
              .transpose_b = form == Form::kTransposeB,
              .m = m,
              .n = n,
              .k = k,
              .alpha = alpha,
              .beta = beta,
              .a = a.data,
              .b = b.data,
              .c = c.data,
              .lda = a.ld,
              .ldb = b.ld,
              .ldc = c.ld});
}

}  // namespace mneme::cpu

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_F32_CPU_H_
