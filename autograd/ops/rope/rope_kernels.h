#ifndef MNEME_AUTOGRAD_OPS_ROPE_ROPE_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_ROPE_ROPE_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct RopeArgs {
  DType dtype;
  int64_t batch;      // B
  int64_t length;     // S
  int64_t heads;      // H
  int64_t pairs;      // d / 2, of a head
  bool inverse;       // rotate by -t
  const float* turn;  // [S, pairs, 2]: cos t, sin t
  const void* x;      // [B, S, H, pairs, 2]
  void* out;          // [B, S, H, pairs, 2]
};

namespace cpu {
void Rope(const RopeArgs& args);
}  // namespace cpu
namespace cuda {
void Rope(const RopeArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_ROPE_ROPE_KERNELS_H_
