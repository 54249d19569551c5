#ifndef MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_
#define MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_

#include <cstdint>

namespace mneme {

struct AdamWTensor {
  int64_t count;
  float* weight;          // [count]
  const float* gradient;  // [count]
  float* exp_avg;         // [count]
  float* exp_avg_sq;      // [count]
};

struct AdamWArgs {
  const AdamWTensor* tensors;  // [n_tensors], in host memory
  int64_t n_tensors;
  const float* gradient_scale;  // [1], on the device
  float decay;                  // 1 - lr weight_decay
  float beta1, beta2, epsilon;
  float step_size;            // lr / (1 - beta1^t)
  float inv_sqrt_correction;  // 1 / sqrt(1 - beta2^t)
};

namespace cpu {
void AdamW(const AdamWArgs& args);
}  // namespace cpu
namespace cuda {
void AdamW(const AdamWArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_NN_OPTIM_ADAMW_ADAMW_KERNELS_H_
