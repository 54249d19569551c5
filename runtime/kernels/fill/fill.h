// x[i] = value

#ifndef MNEME_RUNTIME_KERNELS_FILL_FILL_H_
#define MNEME_RUNTIME_KERNELS_FILL_FILL_H_

#include "runtime/core/tensor.h"

namespace mneme {

// Any shape, any dtype; `value` is rounded to the dtype.
void Fill(const Tensor& x, double value);

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_FILL_FILL_H_
