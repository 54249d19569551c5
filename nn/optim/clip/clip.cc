#include "nn/optim/clip/clip.h"

#include "nn/optim/clip/clip_kernels.h"
#include "runtime/core/dispatch.h"
#include "runtime/kernels/reduce/reduce.h"

namespace mneme {

ClipResult ClipByNorm(const Tensor& squared_norm, double max_norm) {
  CHECK_EQ(squared_norm.numel(), 1);
  ClipResult result{Tensor::EmptyLike(squared_norm), Tensor::EmptyLike(squared_norm)};
  MNEME_DISPATCH(squared_norm.device(), ClipByNorm,
                 ClipArgs{.squared_norm = squared_norm.data<float>(),
                          .max_norm = static_cast<float>(max_norm),
                          .norm = result.norm.data<float>(),
                          .scale = result.scale.data<float>()});
  return result;
}

Tensor SquaredGradientNorm(const ParameterStore& parameters) {
  const Tensor total = Tensor::Zeros({}, DType::kF32, parameters.device());
  for (const auto& parameter : parameters.all()) {
    const Gradient& gradient = *parameter->variable.gradient();
    if (gradient.defined()) AddSquaredNorm(gradient.tensor(), total);
  }
  return total;
}

}  // namespace mneme
