// Clipping of gradients by the norm of a group, without making the host wait for the device.

#ifndef MNEME_NN_OPTIM_CLIP_CLIP_H_
#define MNEME_NN_OPTIM_CLIP_CLIP_H_

#include "nn/core/parameter.h"

namespace mneme {

// Both on the gradients' device, f32, one element each.
struct ClipResult {
  Tensor norm;   // of the group, before clipping
  Tensor scale;  // min(1, max_norm / (norm + 1e-6)): what the optimizer multiplies gradients by
};

// From the sum of squares of all gradients of a group (f32, one element). max_norm <= 0 leaves
// the gradients as they are.
ClipResult ClipByNorm(const Tensor& squared_norm, double max_norm);

// The sum of squares of the parameters' gradients, in the order of the store.
Tensor SquaredGradientNorm(const ParameterStore& parameters);

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_CLIP_CLIP_H_
