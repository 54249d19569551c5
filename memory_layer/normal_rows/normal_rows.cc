#include "memory_layer/normal_rows/normal_rows.h"

#include "memory_layer/normal_rows/normal_rows_kernels.h"
#include "runtime/core/dispatch.h"

namespace mneme {

void FillNormalRows(const Tensor& rows, int64_t first_row, float stddev, PhiloxKey key) {
  CHECK(rows.rank() == 2) << ShapeString(rows.shape());
  MNEME_DISPATCH(rows.device(), FillNormalRows,
                 NormalRowsArgs{.first_row = first_row,
                                .n_rows = rows.dim(0),
                                .dim = rows.dim(1),
                                .stddev = stddev,
                                .key = key,
                                .rows = rows.data<float>()});
}

}  // namespace mneme
