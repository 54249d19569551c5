#include "nn/modules/feed_forward.h"

#include "autograd/ops/few_rows/few_rows.h"
#include "autograd/ops/silu_mul/silu_mul.h"
#include "runtime/core/ceil_div.h"

namespace mneme::nn {

int64_t FeedForwardHidden(const ModelConfig& config) {
  int64_t hidden = 8 * config.dim / 3;
  if (config.ffn_dim_multiplier) {
    hidden = static_cast<int64_t>(*config.ffn_dim_multiplier * static_cast<double>(hidden));
  }
  return RoundUp(hidden, config.multiple_of);
}

FeedForward::FeedForward(const Scope& scope, const ModelConfig& config, const Init& init,
                         const Init& out_init)
    : w1_(scope / "w1", config.dim, FeedForwardHidden(config), init),
      w2_(scope / "w2", FeedForwardHidden(config), config.dim, out_init),
      w3_(scope / "w3", config.dim, FeedForwardHidden(config), init) {}

Variable FeedForward::Forward(const Variable& x) {
  return w2_.Forward(SiluMul(w1_.Forward(x), w3_.Forward(x)));
}

Tensor FeedForward::AddTo(const Tensor& residual, const NormedRows& rows) {
  return AddLinear(residual, NormedGatedLinear(rows, w1_.weight(), w3_.weight()), w2_.weights());
}

}  // namespace mneme::nn
