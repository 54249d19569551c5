#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/argmax/argmax_kernels.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// kThreads threads to a row. All threads of a group take part in its reductions.
template <int kThreads, typename T>
__global__ void ArgMaxKernel(const T* x, int32_t* out, int64_t rows, int64_t columns) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const T* row = x + r * columns;
    float max = -INFINITY;
    for (int64_t c = first; c < columns; c += kThreads) {
      max = fmaxf(max, static_cast<float>(row[c]));
    }
    max = GroupReduce<kThreads>(max, MaxOp());
    // The first column that has it, as a negative number: exact up to 2^24.
    float negative = -INFINITY;
    for (int64_t c = first; c < columns && negative == -INFINITY; c += kThreads) {
      if (static_cast<float>(row[c]) == max) negative = -static_cast<float>(c);
    }
    negative = GroupReduce<kThreads>(negative, MaxOp());
    if (first == 0) out[r] = negative == -INFINITY ? 0 : static_cast<int32_t>(-negative);
  }
}

template <int kThreads, typename T>
void ArgMaxAs(const ArgMaxArgs& args) {
  ArgMaxKernel<kThreads, T>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
          static_cast<const T*>(args.x), args.out, args.rows, args.columns);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ArgMax(const ArgMaxArgs& args) {
  if (args.rows == 0) return;
  if (args.columns < kLongRow) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (ArgMaxAs<kWarpThreads, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (ArgMaxAs<kRowBlockThreads, T>(args)));
  }
}

}  // namespace mneme::cuda
