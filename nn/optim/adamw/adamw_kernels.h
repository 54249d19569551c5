#ifndef MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_
#define MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_

#include <cstdint>

#include "nn/optim/adam_factors.h"
#include "runtime/core/dtype.h"

namespace mneme {

struct AdamWTensor {
  int64_t count;
  float* weight;          // [count]
  const float* gradient;  // [count]
  float* exp_avg;         // [count]
  float* exp_avg_sq;      // [count]
  void* copy;             // [count], the weight in copy_dtype; unused if that is f32
};

struct AdamWArgs {
  const AdamWTensor* tensors;  // [n_tensors], in host memory
  int64_t n_tensors;
  DType copy_dtype;
  const AdamFactors* factors;  // [1], on the device
  float lr;
  float decay;  // 1 - lr weight_decay
  float beta1, beta2, epsilon;
};

namespace cpu {
void AdamW(const AdamWArgs& args);
}  // namespace cpu
namespace cuda {
void AdamW(const AdamWArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_
