#ifndef MNEME_MEMORY_LAYER_MUL_MUL_KERNELS_H_
#define MNEME_MEMORY_LAYER_MUL_MUL_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct MulArgs {
  DType dtype;
  int64_t count;
  const void* a;  // [count]
  const void* b;  // [count]
  void* out;      // [count]
};

namespace cpu {
void Mul(const MulArgs& args);
}  // namespace cpu
namespace cuda {
void Mul(const MulArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_MUL_MUL_KERNELS_H_
