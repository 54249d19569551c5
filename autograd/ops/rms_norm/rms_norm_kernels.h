#ifndef MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct RmsNormForwardArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  float epsilon;
  const void* x;       // [rows, columns]
  const void* weight;  // [columns], or null for ones
  void* out;           // [rows, columns]
  float* inv_rms;      // [rows]
};

// The gradient of the weight is left as sums over groups of rows, to be added up by the caller:
// group g has the rows [g rows / groups, (g + 1) rows / groups).
struct RmsNormBackwardArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  int64_t groups;
  const void* x;         // [rows, columns]
  const void* weight;    // [columns], or null for ones
  const float* inv_rms;  // [rows]
  const void* dout;      // [rows, columns]
  void* dx;              // [rows, columns], or null
  float* dweight;        // [groups, columns], or null
};

namespace cpu {
void RmsNormForward(const RmsNormForwardArgs& args);
void RmsNormBackward(const RmsNormBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void RmsNormForward(const RmsNormForwardArgs& args);
void RmsNormBackward(const RmsNormBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_RMS_NORM_RMS_NORM_KERNELS_H_
