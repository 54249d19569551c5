#ifndef MNEME_AUTOGRAD_OPS_GATE_GATE_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_GATE_GATE_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct GateForwardArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* x;     // [rows, columns]
  const void* gate;  // [rows]
  void* out;         // [rows, columns]
};

struct GateBackwardArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* x;     // [rows, columns]
  const void* gate;  // [rows]
  const void* dout;  // [rows, columns]
  void* dx;          // [rows, columns], or null
  void* dgate;       // [rows], or null
};

namespace cpu {
void GateForward(const GateForwardArgs& args);
void GateBackward(const GateBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void GateForward(const GateForwardArgs& args);
void GateBackward(const GateBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_GATE_GATE_KERNELS_H_
