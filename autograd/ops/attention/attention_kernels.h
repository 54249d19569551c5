#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

constexpr int64_t kMaxHeadDim = 128;

struct AttentionShape {
  int64_t batch;     // B
  int64_t queries;   // S
  int64_t keys;      // S + past
  int64_t heads;     // H
  int64_t kv_heads;  // KV
  int64_t head_dim;  // d
};

struct AttentionForwardArgs {
  DType dtype;
  AttentionShape shape;
  float scale;       // of the scores
  const void* q;     // [B, S, H, d]
  const void* k;     // [B, S + past, KV, d]
  const void* v;     // [B, S + past, KV, d]
  void* out;         // [B, S, H, d]
  float* logsumexp;  // [B, H, S], of the scaled scores
};

struct AttentionBackwardArgs {
  DType dtype;
  AttentionShape shape;    // keys = queries
  float scale;             // of the scores
  const void* q;           // [B, S, H, d]
  const void* k;           // [B, S, KV, d]
  const void* v;           // [B, S, KV, d]
  const void* out;         // [B, S, H, d]
  const void* dout;        // [B, S, H, d]
  const float* logsumexp;  // [B, H, S]
  float* delta;            // [B, H, S], scratch: dout . out
  void* dq;                // [B, S, H, d]
  void* dk;                // [B, S, KV, d]
  void* dv;                // [B, S, KV, d]
};

namespace cpu {
void AttentionForward(const AttentionForwardArgs& args);
void AttentionBackward(const AttentionBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void AttentionForward(const AttentionForwardArgs& args);
void AttentionBackward(const AttentionBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_KERNELS_H_
