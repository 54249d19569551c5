#ifndef MNEME_RUNTIME_KERNELS_CAST_CAST_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_CAST_CAST_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct CastArgs {
  int64_t count;
  DType from_dtype;
  DType to_dtype;
  const void* from;  // [count]
  void* to;          // [count]
};

namespace cpu {
void Cast(const CastArgs& args);
}  // namespace cpu
namespace cuda {
void Cast(const CastArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_CAST_CAST_KERNELS_H_
