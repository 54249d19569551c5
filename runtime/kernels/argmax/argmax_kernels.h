#ifndef MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct ArgMaxArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* x;  // [rows, columns]
  int32_t* out;   // [rows]
};

namespace cpu {
void ArgMax(const ArgMaxArgs& args);
}  // namespace cpu
namespace cuda {
void ArgMax(const ArgMaxArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_ARGMAX_ARGMAX_KERNELS_H_
