#ifndef MNEME_RUNTIME_KERNELS_ADD_ADD_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_ADD_ADD_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct AddArgs {
  DType dtype;
  int64_t count;
  const void* a;  // [count]
  const void* b;  // [count]
  void* out;      // [count]; may be a or b
};

namespace cpu {
void Add(const AddArgs& args);
}  // namespace cpu
namespace cuda {
void Add(const AddArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_ADD_ADD_KERNELS_H_
