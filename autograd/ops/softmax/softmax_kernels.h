#ifndef MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct SoftmaxForwardArgs {
  DType dtype;      // of x
  DType out_dtype;  // dtype, or f32
  int64_t rows;
  int64_t columns;
  const void* x;  // [rows, columns]
  void* out;      // [rows, columns]
};

struct SoftmaxBackwardArgs {
  DType dtype;      // of dx
  DType out_dtype;  // of out and dout: dtype, or f32
  int64_t rows;
  int64_t columns;
  const void* out;   // [rows, columns]
  const void* dout;  // [rows, columns]
  void* dx;          // [rows, columns]
};

namespace cpu {
void SoftmaxForward(const SoftmaxForwardArgs& args);
void SoftmaxBackward(const SoftmaxBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void SoftmaxForward(const SoftmaxForwardArgs& args);
void SoftmaxBackward(const SoftmaxBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SOFTMAX_SOFTMAX_KERNELS_H_
