#include "memory_layer/product_key/product_key.h"

#include <memory>
#include <utility>

#include "autograd/core/tape.h"
#include "memory_layer/kernel_input.h"
#include "memory_layer/product_key/product_key_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/cast/cast.h"

namespace mneme {
namespace {

struct ProductKeyLookupNode : Node {
  const char* name() const override { return "ProductKeyLookup"; }

  void Backward(Tensor dout) override {
    const Tensor q = KernelInput(query), k = KernelInput(keys);
    Tensor dquery, dkeys;
    if (query_grad) dquery = Tensor::EmptyLike(q);
    if (keys_grad) dkeys = Tensor::Empty(keys.shape(), DType::kF32, keys.device());
    MNEME_DISPATCH(q.device(), ProductKeyBackward,
                   ProductKeyBackwardArgs{.dtype = q.dtype(),
                                          .sizes = sizes,
                                          .query = q.raw(),
                                          .keys = k.raw(),
                                          .rows = rows.data<int64_t>(),
                                          .dscores = dout.data<float>(),
                                          .dquery = query_grad ? dquery.raw() : nullptr,
                                          .dkeys = keys_grad ? dkeys.data<float>() : nullptr});
    if (query_grad) query_grad->Add(Cast(dquery, query.dtype()));
    if (keys_grad) keys_grad->Add(dkeys);
  }

  std::shared_ptr<Gradient> query_grad;
  std::shared_ptr<Gradient> keys_grad;
  ProductKeySizes sizes;
  Tensor query;  // [..., heads * 2 * half]
  Tensor keys;   // [heads * 2 * n_keys, half]
  Tensor rows;   // i64 [T, heads, knn]
};

}  // namespace

Lookup ProductKeyLookup(const Variable& query, const Variable& keys, int64_t heads, int64_t n_keys,
                        int64_t knn) {
  const Tensor &q = query.value(), &k = keys.value();
  CHECK(q.rank() >= 1 && k.rank() == 2 && heads > 0 && q.dim(-1) == heads * 2 * k.dim(1) &&
        k.dim(0) == heads * 2 * n_keys)
      << "product keys: query " << ShapeString(q.shape()) << " and keys " << ShapeString(k.shape())
      << " for " << heads << " heads of 2 x " << n_keys << " keys";
  CHECK(1 <= knn && knn <= n_keys) << "product keys: " << knn << " of " << n_keys << " keys";
  CHECK(q.device().is_cpu() || knn <= kMaxCudaKnn) << "product keys: " << knn << " picks on a GPU";
  CHECK(IsFloat(q.dtype()) && q.dtype() == k.dtype() && q.device() == k.device())
      << "product keys: query " << DTypeName(q.dtype()) << ", keys " << DTypeName(k.dtype());
  const ProductKeySizes sizes = {
      .tokens = q.rows(), .heads = heads, .half = k.dim(1), .n_keys = n_keys, .knn = knn};
  const Shape shape = {sizes.tokens, heads, knn};
  Tensor scores = Tensor::Empty(shape, DType::kF32, q.device());
  Tensor rows = Tensor::Empty(shape, DType::kI64, q.device());
  const Tensor kernel_query = KernelInput(q), kernel_keys = KernelInput(k);
  MNEME_DISPATCH(q.device(), ProductKeyLookup,
                 ProductKeyLookupArgs{.dtype = kernel_query.dtype(),
                                      .sizes = sizes,
                                      .query = kernel_query.raw(),
                                      .keys = kernel_keys.raw(),
                                      .scores = scores.data<float>(),
                                      .rows = rows.data<int64_t>()});
  if (!Recording(query, keys)) return {Variable(std::move(scores)), std::move(rows)};
  auto node = std::make_unique<ProductKeyLookupNode>();
  node->query_grad = query.gradient();
  node->keys_grad = keys.gradient();
  node->sizes = sizes;
  node->query = q;
  node->keys = k;
  node->rows = rows;
  return {Record(std::move(node), std::move(scores)), std::move(rows)};
}

}  // namespace mneme
