// A row of a table for each token.

#ifndef MNEME_NN_MODULES_EMBEDDING_H_
#define MNEME_NN_MODULES_EMBEDDING_H_

#include "nn/core/parameter.h"

namespace mneme::nn {

// Parameter: weight [vocab_size, dim].
class Embedding {
 public:
  Embedding(const Scope& scope, int64_t vocab_size, int64_t dim, const Init& init)
      : weight_(scope.Create("weight", {vocab_size, dim}, init)) {}

  // ids i32 [B, S] -> [B, S, dim]
  Variable Forward(const Tensor& ids) const;

  Parameter* weight() const { return weight_; }

 private:
  Parameter* weight_;
};

}  // namespace mneme::nn

#endif  // MNEME_NN_MODULES_EMBEDDING_H_
