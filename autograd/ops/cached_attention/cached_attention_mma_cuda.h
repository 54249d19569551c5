// Attention of several new tokens of a sequence at a time, on the tensor cores. Included by .cu
// files only.

#ifndef MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_MMA_CUDA_H_
#define MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_MMA_CUDA_H_

#include "autograd/ops/cached_attention/cached_attention_kernels.h"

namespace mneme::cuda {

// Whether MmaCachedAttention can do this, and tiles are full enough for it to be quicker: it takes
// bf16 and f16, a head dim that is a multiple of 8, and tensors aligned to 16 bytes.
bool PrefersTensorCores(const CachedAttentionArgs& args);

// The cache holds the new tokens already.
void MmaCachedAttention(const CachedAttentionArgs& args);

}  // namespace mneme::cuda

#endif  // MNEME_AUTOGRAD_OPS_CACHED_ATTENTION_CACHED_ATTENTION_MMA_CUDA_H_
