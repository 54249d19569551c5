#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_

#include "memory_layer/product_key/product_key_kernels.h"

namespace mneme::cuda {

// The lookup of a few tokens, as decoding has them, in the time of one. There must be room for the
// keys of a head in a block's shared memory.
bool AreFewTokens(const ProductKeySizes& sizes);
void LookupFewTokens(const ProductKeyLookupArgs& args);

}  // namespace mneme::cuda

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_
