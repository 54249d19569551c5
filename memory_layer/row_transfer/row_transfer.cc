#include "memory_layer/row_transfer/row_transfer.h"

#include "memory_layer/row_transfer/row_transfer_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {
namespace {

RowCopiesArgs KernelCopies(const RowCopies& copies) {
  return {.rows = copies.rows.data<int64_t>(),
          .count = copies.count.data<int64_t>(),
          .values = static_cast<char*>(copies.values.raw())};
}

}  // namespace

void ReadRows(const Tensor& table, const std::vector<RowCopies>& earlier, const RowCopies& copies) {
  const Tensor& values = copies.values;
  CHECK(table.device().is_cpu() && table.rank() == 2 && table.dtype() == values.dtype() &&
        values.shape() == (Shape{copies.rows.numel(), table.dim(1)}))
      << ShapeString(table.shape()) << " into " << ShapeString(values.shape());
  CHECK_LE(earlier.size(), kMaxEarlierCopies);
  ReadRowsArgs args = {};
  args.row_bytes = table.dim(1) * DTypeBytes(table.dtype());
  args.max_rows = copies.rows.numel();
  args.table = static_cast<const char*>(table.raw());
  for (const RowCopies& set : earlier) args.earlier[args.n_earlier++] = KernelCopies(set);
  args.copies = KernelCopies(copies);
  MNEME_DISPATCH(values.device(), ReadRows, args);
}

void RoundRows(const RowGradients& gradients, const Tensor& out) {
  CHECK(out.shape() == gradients.gradients.shape()) << ShapeString(out.shape());
  CHECK(out.dtype() == DType::kF32 || out.dtype() == DType::kBF16);
  MNEME_DISPATCH(out.device(), RoundRows,
                 RoundRowsArgs{.dim = out.dim(1),
                               .max_rows = out.dim(0),
                               .count = gradients.count.data<int64_t>(),
                               .from = gradients.gradients.data<float>(),
                               .to_dtype = out.dtype(),
                               .to = out.raw()});
}

void StartCopy(const Tensor& from, const Tensor& to, Stream& stream) {
  CHECK_EQ(from.bytes(), to.bytes()) << ShapeString(from.shape()) << ShapeString(to.shape());
  MNEME_DISPATCH(stream.device(), StartCopy, to.raw(), from.raw(), from.bytes(), stream.native());
}

}  // namespace mneme
