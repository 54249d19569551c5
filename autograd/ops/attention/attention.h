// Causal scaled dot-product attention (Vaswani et al., "Attention Is All You Need", 2017, eq. 1)
// with grouped key-value heads (Ainslie et al., "GQA", 2023).
//
// Computed block by block with an online softmax, and recomputed in the backward pass, so that no
// matrix of scores is ever stored (Dao, "FlashAttention-2", 2023, algorithms 1 and 2): memory is
// linear in S.

#ifndef MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_H_
#define MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_H_

#include <cstdint>

#include "autograd/core/variable.h"

namespace mneme {

// Query head h reads key-value head g = h / (H / KV). Query i sees keys j <= past + i:
//
//   score[i, j] = q[b, i, h] . k[b, j, g] / sqrt(d)
//   p[i, j] = e^score[i, j] / sum over j' <= past + i of e^score[i, j']
//   out[b, i, h] = sum over j of p[i, j] v[b, j, g]
//
// and with dp[i, j] = dout[b, i, h] . v[b, j, g]:
//
//   dscore[i, j] = p[i, j] (dp[i, j] - dout[b, i, h] . out[b, i, h])
//   dq[b, i, h] = sum over j of dscore[i, j] k[b, j, g] / sqrt(d)
//   dk[b, j, g] = sum over the group's h and i of dscore[i, j] q[b, i, h] / sqrt(d)
//   dv[b, j, g] = sum over the group's h and i of p[i, j] dout[b, i, h]
//
// q: [B, S, H, d]; k, v: [B, S + past, KV, d], where H is a multiple of KV and d is at most 128;
// one dtype of f32, bf16, f16. out: as q. `past` keys come before the first query: decoding with
// cached keys, which has no backward pass. Softmax and sums are f32; on the GPU, bf16 and f16
// products with d a multiple of 8 run on the tensor cores, and p and dscore are rounded to the
// dtype for them.
//
// Saves q, k, v, out and one f32 for each query and head.
Variable Attention(const Variable& q, const Variable& k, const Variable& v, int64_t past = 0);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ATTENTION_ATTENTION_H_
