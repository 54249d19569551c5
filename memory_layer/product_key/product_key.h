// Search among n_keys^2 rows by two halves of a key.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_H_

#include <cstdint>

#include "autograd/core/variable.h"

namespace mneme {

constexpr int64_t kMaxCudaKnn = 128;  // what the GPU's kernels have room for

struct Lookup {
  Variable scores;  // f32 [T, heads, knn], best first, before any softmax
  Tensor rows;      // i64 [T, heads, knn], in [0, n_keys^2)
};

// Row i n_keys + j of a head's table has the key (k1[i], k2[j]); its score for the query (q1, q2)
// is
//   s(i, j) = q1 . k1[i] + q2 . k2[j]
// For every token and head, the knn rows of the largest scores among all n_keys^2. With both halves
// sorted by score, only ranks with (i + 1)(j + 1) <= knn can be among them, so the cost is that of
// 2 n_keys scores.
//
// Which rows win is a function of the half scores alone: among equal ones, the lower key ranks
// first, and among equal sums, the pair with the lower rank of its first, then of its second half.
// A NaN ranks first.
//
//   dq1 = sum over the picks of dscore k1[i]      dk1[i] = sum over its picks of dscore q1
// and so for the second half; which rows are picked has no gradient.
//
// query: [..., heads * 2 * half], as (heads, 2, half); T is the product of its outer dimensions.
// keys: [heads * 2 * n_keys, half], as (heads, 2, n_keys, half); query's dtype (f32, bf16 or f16).
// 1 <= knn <= n_keys, and on a GPU knn <= kMaxCudaKnn. dquery has query's dtype, dkeys is f32.
// Sources: "Large Memory Layers with Product Keys", arXiv 1907.05242, section 3.2; "Memory Layers
// at Scale", arXiv 2412.09764, section 3.1.
Lookup ProductKeyLookup(const Variable& query, const Variable& keys, int64_t heads, int64_t n_keys,
                        int64_t knn);

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_PRODUCT_KEY_H_
