#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_KERNELS_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

// T tokens, M heads. The CPU's kernels take f32 alone.

struct ProductKeySizes {
  int64_t tokens, heads, half, n_keys, knn;
};

struct ProductKeyLookupArgs {
  DType dtype;  // of query and keys
  ProductKeySizes sizes;
  const void* query;  // [T, M, 2, half]
  const void* keys;   // [M, 2, n_keys, half]
  float* scores;      // [T, M, knn], best first
  int64_t* rows;      // [T, M, knn]
};

struct ProductKeyBackwardArgs {
  DType dtype;  // of query, keys and dquery
  ProductKeySizes sizes;
  const void* query;     // [T, M, 2, half]
  const void* keys;      // [M, 2, n_keys, half]
  const int64_t* rows;   // [T, M, knn]
  const float* dscores;  // [T, M, knn]
  void* dquery;          // [T, M, 2, half]; null: not wanted
  float* dkeys;          // [M, 2, n_keys, half]; null: not wanted
};

namespace cpu {
void ProductKeyLookup(const ProductKeyLookupArgs& args);
void ProductKeyBackward(const ProductKeyBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void ProductKeyLookup(const ProductKeyLookupArgs& args);
void ProductKeyBackward(const ProductKeyBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_KERNELS_H_
