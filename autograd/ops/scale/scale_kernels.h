#ifndef MNEME_AUTOGRAD_OPS_SCALE_SCALE_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_SCALE_SCALE_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct ScaleArgs {
  DType dtype;
  int64_t count;
  float alpha;
  const void* x;  // [count]
  void* out;      // [count]
};

namespace cpu {
void Scale(const ScaleArgs& args);
}  // namespace cpu
namespace cuda {
void Scale(const ScaleArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SCALE_SCALE_KERNELS_H_
