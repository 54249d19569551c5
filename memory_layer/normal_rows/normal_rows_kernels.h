#ifndef MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_KERNELS_H_
#define MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_KERNELS_H_

#include <cstdint>

#include "runtime/random/philox.h"

namespace mneme {

struct NormalRowsArgs {
  int64_t first_row, n_rows, dim;
  float stddev;
  PhiloxKey key;
  float* rows;  // [n_rows, dim]
};

namespace cpu {
void FillNormalRows(const NormalRowsArgs& args);
}  // namespace cpu
namespace cuda {
void FillNormalRows(const NormalRowsArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_NORMAL_ROWS_NORMAL_ROWS_KERNELS_H_
