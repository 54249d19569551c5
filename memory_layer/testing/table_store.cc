#include "memory_layer/testing/table_store.h"

#include <algorithm>

namespace mneme {

void TableStore::AddGradient(std::shared_ptr<const PickPlan> plan, Tensor row_grads) {
  const std::vector<int64_t> rows = plan->sorted().unique_rows.ToVector<int64_t>();
  CHECK(row_grads.shape() == (Shape{static_cast<int64_t>(rows.size()), dim()}));
  const Tensor dense = Tensor::Zeros({n_rows(), dim()}, DType::kF32, device());
  for (size_t u = 0; u < rows.size(); ++u) {
    std::copy_n(row_grads.data<float>() + u * dim(), dim(), dense.data<float>() + rows[u] * dim());
  }
  table_.gradient()->Add(dense);
}

}  // namespace mneme
