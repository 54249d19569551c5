// The gated feed-forward of Llama models.

#ifndef MNEME_NN_MODULES_FEED_FORWARD_H_
#define MNEME_NN_MODULES_FEED_FORWARD_H_

#include "nn/core/module.h"
#include "nn/core/parameter.h"
#include "nn/model_config.h"
#include "nn/modules/linear.h"

namespace mneme::nn {

// floor(8 dim / 3), times ffn_dim_multiplier rounded down if that is set, rounded up to a multiple
// of multiple_of.
int64_t FeedForwardHidden(const ModelConfig& config);

// y = (silu(x w1^T) * (x w3^T)) w2^T. x [..., D]. Parameters: w1, w3 [h, D], w2 [D, h].
// Source: "GLU Variants Improve Transformer", arXiv 2002.05202, equation 6.
class FeedForward : public Module {
 public:
  // `init` is w1's and w3's, `out_init` w2's.
  FeedForward(const Scope& scope, const ModelConfig& config, const Init& init,
              const Init& out_init);

  Variable Forward(const Variable& x) override;
  Tensor AddTo(const Tensor& residual, const NormedRows& rows) override;

 private:
  Linear w1_, w2_, w3_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_FEED_FORWARD_H_
