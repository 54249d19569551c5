#include "memory_layer/picks/picks.h"

#include <algorithm>
#include <bit>

#include "memory_layer/picks/picks_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {

SortedPicks SortPicks(const Tensor& rows, int64_t n_rows) {
  const int64_t count = rows.numel();
  CHECK(rows.dtype() == DType::kI64) << "picks are " << DTypeName(rows.dtype());
  CHECK(n_rows > 0 || count == 0) << count << " picks from a table of " << n_rows << " rows";
  // A row and a place are sorted as one word.
  CHECK_LE(
      std::bit_width(static_cast<uint64_t>(n_rows)) + std::bit_width(static_cast<uint64_t>(count)),
      64)
      << count << " picks from " << n_rows << " rows";
  const Device device = rows.device();
  const int64_t bound = std::min(count, n_rows);
  SortedPicks sorted;
  sorted.unique_count = Tensor::Empty({1}, DType::kI64, device);
  sorted.unique_rows = Tensor::Zeros({bound}, DType::kI64, device);
  sorted.offsets = Tensor::Zeros({bound + 1}, DType::kI64, device);
  sorted.order = Tensor::Empty({count}, DType::kI64, device);
  sorted.inverse = Tensor::Empty({count}, DType::kI64, device);
  const Tensor scratch = Tensor::Empty({2 * count}, DType::kI64, device);
  MNEME_DISPATCH(device, SortPicks,
                 SortPicksArgs{.n_rows = n_rows,
                               .count = count,
                               .rows = rows.data<int64_t>(),
                               .scratch = static_cast<uint64_t*>(scratch.raw()),
                               .unique_count = sorted.unique_count.data<int64_t>(),
                               .unique_rows = sorted.unique_rows.data<int64_t>(),
                               .offsets = sorted.offsets.data<int64_t>(),
                               .order = sorted.order.data<int64_t>(),
                               .inverse = sorted.inverse.data<int64_t>()});
  sorted.max_unique = device.is_cpu() ? *sorted.unique_count.data<int64_t>() : bound;
  sorted.unique_rows = sorted.unique_rows.Slice(0, sorted.max_unique);
  sorted.offsets = sorted.offsets.Slice(0, sorted.max_unique + 1);
  return sorted;
}

PickPlan::PickPlan(Tensor rows, int64_t n_rows) : rows_(std::move(rows)), n_rows_(n_rows) {
  CHECK(rows_.rank() == 2 && rows_.dtype() == DType::kI64)
      << "picks are " << DTypeName(rows_.dtype()) << " " << ShapeString(rows_.shape());
}

const SortedPicks& PickPlan::sorted() const {
  if (!sorted_) sorted_ = SortPicks(rows_, n_rows_);
  return *sorted_;
}

}  // namespace mneme
