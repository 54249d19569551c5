#ifndef MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_KERNELS_H_
#define MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_KERNELS_H_

#include <cstdint>

#include "runtime/core/dtype.h"

namespace mneme {

struct ColumnSumArgs {
  DType dtype;
  int64_t rows;
  int64_t columns;
  const void* x;  // [rows, columns]
  float* out;     // [columns]
};

struct NormTensor {
  int64_t count;
  const float* x;  // [count]
};

struct SquaredNormsArgs {
  int64_t n_tensors;
  const NormTensor* tensors;  // [n_tensors], in host memory
  float* out;                 // [n_tensors]
};

namespace cpu {
void ColumnSum(const ColumnSumArgs& args);
void SquaredNorms(const SquaredNormsArgs& args);
}  // namespace cpu
namespace cuda {
void ColumnSum(const ColumnSumArgs& args);
void SquaredNorms(const SquaredNormsArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_KERNELS_H_
