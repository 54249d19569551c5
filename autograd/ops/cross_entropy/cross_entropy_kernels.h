#ifndef MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_KERNELS_H_
#define MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct TokenLossArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* logits;      // [rows, columns]
  const int32_t* targets;  // [rows]
  float* losses;           // [rows]
  float* logsumexp;        // [rows]
};

struct MeanArgs {
  int64_t count;
  const float* x;  // [count]
  float* mean;     // [1]
};

struct CrossEntropyBackwardArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* logits;      // [rows, columns]
  const int32_t* targets;  // [rows]
  const float* logsumexp;  // [rows]
  const float* dout;       // [1]
  void* dlogits;           // [rows, columns]
};

namespace cpu {
void TokenLoss(const TokenLossArgs& args);
void Mean(const MeanArgs& args);
void CrossEntropyBackward(const CrossEntropyBackwardArgs& args);
}  // namespace cpu
namespace cuda {
void TokenLoss(const TokenLossArgs& args);
void Mean(const MeanArgs& args);
void CrossEntropyBackward(const CrossEntropyBackwardArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_AUTOGRAD_OPS_CROSS_ENTROPY_CROSS_ENTROPY_KERNELS_H_
