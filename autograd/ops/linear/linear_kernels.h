#ifndef MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

// out[r] = row for every r.
struct RepeatRowArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* row;  // [columns]
  void* out;        // [rows, columns]
};

namespace cpu {
void RepeatRow(const RepeatRowArgs& args);
}  // namespace cpu
namespace cuda {
void RepeatRow(const RepeatRowArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_LINEAR_LINEAR_KERNELS_H_
