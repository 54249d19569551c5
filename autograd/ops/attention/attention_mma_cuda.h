// Attention of bf16 and f16 on the tensor cores. Included by .cu files only.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_CUDA_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_CUDA_H_

#include <cstdint>

#include "autograd/ops/attention/attention_kernels.h"

namespace mneme::cuda {

// The dtype is bf16 or f16, the head dim a multiple of 8, and q, k, v and dout are aligned to 16
// bytes.
void MmaAttentionForward(const AttentionForwardArgs& args);
// dq, from args.delta filled.
void MmaAttentionBackwardQueries(const AttentionBackwardArgs& args);
// dk and dv, from args.delta filled.
void MmaAttentionBackwardKeys(const AttentionBackwardArgs& args);

// Where one head lies in q [B, S, H, d] and k, v [B, S + past, KV, d], in elements.
struct HeadPlace {
  int64_t q_at, q_stride;    // the head's first row, and from row to row
  int64_t kv_at, kv_stride;  // the same of the key-value head
  int64_t statistics_at;     // in [B, H, S]
};

__device__ inline HeadPlace PlaceOf(const AttentionShape& shape, int64_t b, int64_t head) {
  const int64_t kv_head = head / (shape.heads / shape.kv_heads);
  return {.q_at = (b * shape.queries * shape.heads + head) * shape.head_dim,
          .q_stride = shape.heads * shape.head_dim,
          .kv_at = (b * shape.keys * shape.kv_heads + kv_head) * shape.head_dim,
          .kv_stride = shape.kv_heads * shape.head_dim,
          .statistics_at = (b * shape.heads + head) * shape.queries};
}

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_MMA_CUDA_H_
