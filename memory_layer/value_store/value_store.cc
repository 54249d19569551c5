#include "memory_layer/value_store/value_store.h"

#include <cmath>
#include <utility>

namespace mneme {

void ValueStore::AddSquaredGradientNorm(const Tensor& total) {
  const RowGradients gradient = SummedGradient();
  if (gradient.rows.defined()) AddSquaredNorm(gradient, total);
}

float ValueStd(int64_t dim) {
  return static_cast<float>(1.0 / std::sqrt(static_cast<double>(dim)));
}

PhiloxKey ValueKey(uint64_t seed, const std::string& name) {
  return MakePhiloxKey(seed, HashName(name));
}

RowGradients GradientOfPicks(const ValueStore& store, const PickPlan& plan, Tensor row_grads) {
  const SortedPicks& sorted = plan.sorted();
  CHECK(plan.n_rows() == store.n_rows() &&
        row_grads.shape() == (Shape{sorted.max_unique, store.dim()}))
      << store.name() << ": gradients " << ShapeString(row_grads.shape()) << " of "
      << sorted.max_unique << " rows of " << plan.n_rows();
  return {sorted.unique_rows, sorted.unique_count, std::move(row_grads)};
}

}  // namespace mneme
