#include "memory_layer/row_gradients/row_gradients.h"

#include <utility>

#include "memory_layer/picks/picks.h"
#include "memory_layer/row_gradients/row_gradients_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

// So many contributions are kept before they are added up. More would save a little copying, and
// cost memory when gradients are accumulated over many micro-batches.
constexpr size_t kMaxContributions = 8;

RowParts KernelParts(const std::vector<RowGradients>& parts, int64_t dim) {
  CHECK_LE(parts.size(), kMaxRowParts);
  RowParts result = {};
  int64_t begin = 0;
  for (const RowGradients& part : parts) {
    CHECK(part.gradients.shape() == (Shape{part.rows.numel(), dim}))
        << "row gradients " << ShapeString(part.gradients.shape()) << " of " << part.rows.numel()
        << " rows of width " << dim;
    result.parts[result.count++] = {.begin = begin,
                                    .max_rows = part.rows.numel(),
                                    .rows = part.rows.data<int64_t>(),
                                    .count = part.count.data<int64_t>(),
                                    .gradients = part.gradients.data<float>()};
    begin += part.rows.numel();
  }
  return result;
}

}  // namespace

RowGradients MergeRowGradients(const std::vector<RowGradients>& parts, int64_t n_rows) {
  CHECK(!parts.empty());
  if (parts.size() == 1) return parts[0];
  const Device device = parts[0].rows.device();
  const int64_t dim = parts[0].gradients.dim(1), padding = n_rows;
  const RowParts kernel_parts = KernelParts(parts, dim);
  const RowPart& last = kernel_parts.parts[kernel_parts.count - 1];
  const Tensor all = Tensor::Empty({last.begin + last.max_rows}, DType::kI64, device);
  MNEME_DISPATCH(
      device, ConcatenateRows,
      ConcatenateRowsArgs{.parts = kernel_parts, .padding = padding, .all = all.data<int64_t>()});
  const SortedPicks sorted = SortPicks(all, n_rows + 1);
  MNEME_DISPATCH(device, DropPadding,
                 DropPaddingArgs{.padding = padding,
                                 .unique_rows = sorted.unique_rows.data<int64_t>(),
                                 .unique_count = sorted.unique_count.data<int64_t>()});
  RowGradients merged = {.rows = sorted.unique_rows,
                         .count = sorted.unique_count,
                         .gradients = Tensor::Empty({sorted.max_unique, dim}, DType::kF32, device)};
  MNEME_DISPATCH(device, SumRows,
                 SumRowsArgs{.dim = dim,
                             .parts = kernel_parts,
                             .max_unique = sorted.max_unique,
                             .unique_count = sorted.unique_count.data<int64_t>(),
                             .offsets = sorted.offsets.data<int64_t>(),
                             .order = sorted.order.data<int64_t>(),
                             .out = merged.gradients.data<float>()});
  return merged;
}

void AddSquaredNorm(const RowGradients& rows, const Tensor& total) {
  CHECK(total.numel() == 1 && total.device() == rows.gradients.device());
  MNEME_DISPATCH(total.device(), AddSquaredRowNorm,
                 RowNormArgs{.dim = rows.gradients.dim(1),
                             .max_rows = rows.gradients.dim(0),
                             .count = rows.count.data<int64_t>(),
                             .gradients = rows.gradients.data<float>(),
                             .total = total.data<float>()});
}

void RowGradientSum::Add(RowGradients part) {
  parts_.push_back(std::move(part));
  if (parts_.size() == kMaxContributions) Sum();
}

const RowGradients& RowGradientSum::Sum() {
  CHECK(!parts_.empty());
  if (parts_.size() > 1) parts_ = {MergeRowGradients(parts_, n_rows_)};
  return parts_[0];
}

}  // namespace mneme
