#include "memory_layer/testing/table_store.h"

#include <algorithm>

namespace mneme {

void TableStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  const SortedPicks& sorted = plan->sorted();
  CHECK(row_grads.shape() == (Shape{sorted.max_unique, dim()}));
  const int64_t count = sorted.unique_count.ToVector<int64_t>()[0];
  const std::vector<int64_t> rows = sorted.unique_rows.ToVector<int64_t>();
  const std::vector<float> gradients = row_grads.Slice(0, count).ToVector<float>();
  std::vector<float> dense(n_rows() * dim());
  for (int64_t u = 0; u < count; ++u) {
    std::copy_n(gradients.data() + u * dim(), dim(), dense.data() + rows[u] * dim());
  }
  table_.gradient()->Add(Tensor::From<float>({n_rows(), dim()}, dense, device()));
}

}  // namespace mneme
