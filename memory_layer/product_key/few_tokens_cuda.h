#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_

#include "memory_layer/product_key/product_key_kernels.h"

namespace mneme::cuda {

// The lookup of so few tokens that its time is that of one: as decoding has them.
bool AreFewTokens(const ProductKeySizes& sizes);
void LookupFewTokens(const ProductKeyLookupArgs& args);

}  // namespace mneme::cuda

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_FEW_TOKENS_CUDA_H_
