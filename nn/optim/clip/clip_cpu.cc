#include <algorithm>
#include <cmath>

#include "nn/optim/clip/clip_kernels.h"

namespace mneme::cpu {

void ClipByNorm(const ClipArgs& args) {
  const float norm = std::sqrt(*args.squared_norm);
  *args.norm = norm;
  *args.scale = args.max_norm > 0.0f ? std::min(1.0f, args.max_norm / (norm + 1e-6f)) : 1.0f;
}

}  // namespace mneme::cpu
