// A scalar gate for each row.

#ifndef MNEME_AUTOGRAD_OPS_GATE_GATE_H_
#define MNEME_AUTOGRAD_OPS_GATE_GATE_H_

#include "autograd/core/variable.h"

namespace mneme {

// With s = 1 / (1 + e^-gate), one for each row of x:
//
//   out = s x            dx = s dout            dgate = s (1 - s) (sum over D of dout x)
//
// x: [..., D], gate: [..., 1] with x's leading dimensions; one dtype of f32, bf16 and f16.
// out: as x.
Variable Gate(const Variable& x, const Variable& gate);

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_GATE_GATE_H_
