#include "memory_layer/row_gradients/row_gradients.h"

#include "memory_layer/picks/picks.h"
#include "memory_layer/row_gradients/row_gradients_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/core/memory.h"

namespace mneme {
namespace {

// The rows of all parts, end to end.
Tensor Concatenate(const std::vector<RowGradients>& parts) {
  const Device device = parts[0].rows.device();
  int64_t count = 0;
  for (const RowGradients& part : parts) count += part.rows.numel();
  const Tensor all = Tensor::Empty({count}, DType::kI64, device);
  int64_t begin = 0;
  for (const RowGradients& part : parts) {
    const Tensor piece = all.Slice(begin, begin + part.rows.numel());
    MNEME_DISPATCH(device, CopyOnDevice, piece.raw(), part.rows.raw(), piece.bytes());
    begin += part.rows.numel();
  }
  return all;
}

}  // namespace

RowGradients MergeRowGradients(const std::vector<RowGradients>& parts, int64_t n_rows) {
  CHECK(!parts.empty());
  if (parts.size() == 1) return parts[0];
  const Tensor all = Concatenate(parts);
  const SortedPicks sorted = SortPicks(all, n_rows);
  const int64_t dim = parts[0].gradients.dim(1);
  RowGradients merged = {
      .rows = sorted.unique_rows,
      .count = sorted.unique_count,
      .gradients = Tensor::Empty({sorted.max_unique, dim}, DType::kF32, all.device())};
  std::vector<const float*> gradients;
  std::vector<int64_t> begins;
  int64_t begin = 0;
  for (const RowGradients& part : parts) {
    CHECK(part.gradients.shape() == (Shape{part.rows.numel(), dim}))
        << "row gradients " << ShapeString(part.gradients.shape()) << " of " << part.rows.numel()
        << " rows of width " << dim;
    gradients.push_back(part.gradients.data<float>());
    begins.push_back(begin);
    begin += part.rows.numel();
  }
  MNEME_DISPATCH_CPU_ONLY(all.device(), SumRows,
                          SumRowsArgs{.dim = dim,
                                      .n_parts = static_cast<int64_t>(parts.size()),
                                      .parts = gradients.data(),
                                      .part_begins = begins.data(),
                                      .max_unique = sorted.max_unique,
                                      .unique_count = sorted.unique_count.data<int64_t>(),
                                      .offsets = sorted.offsets.data<int64_t>(),
                                      .order = sorted.order.data<int64_t>(),
                                      .out = merged.gradients.data<float>()});
  return merged;
}

}  // namespace mneme
