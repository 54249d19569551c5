#ifndef MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_
#define MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"
#include "runtime/core/float16.h"

namespace mneme {

struct SparseAdamKernelArgs {
  int64_t dim;
  int64_t max_rows;
  const int64_t* rows;          // [max_rows], ascending
  const int64_t* count;         // [1]: so many of them
  DType gradients_dtype;        // f32 or bf16
  const void* gradients;        // [max_rows, dim]
  const float* gradient_scale;  // [1], or null for 1; NaN: do nothing
  float* values;                // [n_rows, dim]
  float* exp_avg;               // [n_rows, dim]
  float* exp_avg_sq;            // [n_rows, dim]
  bf16* rounded;                // [n_rows, dim], or null: the values, rounded
  float beta1, beta2, epsilon;
  float step_size;            // lr / (1 - beta1^t)
  float inv_sqrt_correction;  // 1 / sqrt(1 - beta2^t)
};

namespace cpu {
void SparseAdam(const SparseAdamKernelArgs& args);
}  // namespace cpu
namespace cuda {
void SparseAdam(const SparseAdamKernelArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_
