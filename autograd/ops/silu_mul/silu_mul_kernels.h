#ifndef MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct SiluMulForwardArgs {
  DType dtype;
  int64_t count;
  const void* a;  // [count]
  const void* b;  // [count]
  void* out;      // [count]
};

struct SiluMulBackwardArgs {
  DType dtype;
  int64_t count;
  const void* a;     // [count]
  const void* b;     // [count]
  const void* dout;  // [count]
  void* da;          // [count]
  void* db;          // [count]
};

namespace cpu {
void SiluMulForward(const SiluMulForwardArgs& args);
void SiluMulBackward(const SiluMulBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void SiluMulForward(const SiluMulForwardArgs& args);
void SiluMulBackward(const SiluMulBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SILU_MUL_SILU_MUL_KERNELS_H_
