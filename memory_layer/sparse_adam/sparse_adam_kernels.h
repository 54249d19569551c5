#ifndef MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_
#define MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_

#include <cstdint>

#include "nn/optim/adam_factors.h"
#include "runtime/core/dtype.h"
#include "runtime/core/float16.h"
#include "runtime/random/philox.h"

namespace mneme {

struct SparseAdamKernelArgs {
  int64_t dim;
  int64_t max_rows;
  const int64_t* rows;         // [max_rows], ascending
  const int64_t* count;        // [1]: so many of them
  DType gradients_dtype;       // f32 or bf16
  const void* gradients;       // [max_rows, dim]
  const AdamFactors* factors;  // [1]
  DType values_dtype;          // f32, or on the CPU bf16
  void* values;                // [n_rows, dim]
  float* exp_avg;              // [n_rows, dim]
  float* exp_avg_sq;           // [n_rows, dim]
  bf16* rounded;               // [n_rows, dim], or null: the values, rounded
  PhiloxKey rounding_key;      // of values in bf16
  float lr, beta1, beta2, epsilon;
};

namespace cpu {
void SparseAdam(const SparseAdamKernelArgs& args);
}  // namespace cpu
namespace cuda {
void SparseAdam(const SparseAdamKernelArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_MEMORY_LAYER_SPARSE_ADAM_SPARSE_ADAM_KERNELS_H_
