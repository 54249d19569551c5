#ifndef MNEME_AUTOGRAD_OPS_GELU_GELU_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_GELU_GELU_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct GeluForwardArgs {
  DType dtype;
  int64_t count;
  const void* x;  // [count]
  void* out;      // [count]
};

struct GeluBackwardArgs {
  DType dtype;
  int64_t count;
  const void* x;     // [count]
  const void* dout;  // [count]
  void* dx;          // [count]
};

namespace cpu {
void GeluForward(const GeluForwardArgs& args);
void GeluBackward(const GeluBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void GeluForward(const GeluForwardArgs& args);
void GeluBackward(const GeluBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_GELU_GELU_KERNELS_H_
