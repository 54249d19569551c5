#include "memory_layer/normal_rows/normal_rows_kernels.h"
#include "runtime/random/random_fill.h"

namespace mneme::cpu {

void FillNormalRows(const NormalRowsArgs& args) {
  mneme::FillNormalRows({.rows = args.rows}, args.first_row, args.n_rows, args.dim, args.stddev,
                        args.key);
}

}  // namespace mneme::cpu
