#include "nn/optim/clip/clip_kernels.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

__global__ void ClipKernel(ClipArgs args) {
  const float norm = sqrtf(*args.squared_norm);
  *args.norm = norm;
  *args.scale = args.max_norm > 0.0f ? fminf(1.0f, args.max_norm / (norm + 1e-6f)) : 1.0f;
}

}  // namespace

void ClipByNorm(const ClipArgs& args) {
  ClipKernel<<<1, 1, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace mneme::cuda
