// Multiplication by a constant. The smallest op there is: copy its folder to add another.

#ifndef MNEME_AUTOGRAD_OPS_SCALE_SCALE_H_
#define MNEME_AUTOGRAD_OPS_SCALE_SCALE_H_

#include "autograd/core/variable.h"

namespace mneme {

// out = alpha x            dx = alpha dout
//
// x: any shape; f32, bf16 or f16. out: as x.
Variable Scale(const Variable& x, float alpha);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_SCALE_SCALE_H_
