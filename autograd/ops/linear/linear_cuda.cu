#include "autograd/ops/linear/linear_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

template <typename T>
__global__ void RepeatRowKernel(const T* row, int64_t columns, T* out, int64_t count) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) out[i] = row[i % columns];
}

template <typename T>
void RepeatRowAs(const RepeatRowArgs& args) {
  const int64_t count = args.rows * args.columns;
  RepeatRowKernel<T><<<GridBlocks(count), kBlockThreads, 0, ComputeStream()>>>(
      static_cast<const T*>(args.row), args.columns, static_cast<T*>(args.out), count);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void RepeatRow(const RepeatRowArgs& args) {
  if (args.rows == 0 || args.columns == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, RepeatRowAs<T>(args));
}

}  // namespace mneme::cuda
