#include "nn/modules/embedding.h"

#include "autograd/ops/embedding/embedding.h"

namespace mneme::nn {

Variable Embedding::Forward(const Tensor& ids) const {
  return mneme::Embedding(weight_->variable, ids);
}

}  // namespace mneme::nn
