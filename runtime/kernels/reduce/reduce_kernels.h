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

struct SquaredNormArgs {
  DType dtype;
  int64_t count;
  const void* x;  // [count]
  float* total;   // [1]
};

namespace cpu {
void ColumnSum(const ColumnSumArgs& args);
void AddSquaredNorm(const SquaredNormArgs& args);
}  // namespace cpu
namespace cuda {
void ColumnSum(const ColumnSumArgs& args);
void AddSquaredNorm(const SquaredNormArgs& args);
}  // namespace cuda

}  // namespace mneme

#endif  // MNEME_RUNTIME_KERNELS_REDUCE_REDUCE_KERNELS_H_
