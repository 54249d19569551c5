#include "nn/optim/step_guard/step_guard_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// The sum, and the last index of a bad one or -1: in the order of the block's threads.
__device__ float SumAndLastBad(const float* squares, int64_t count, int64_t* bad) {
  float sum = 0.0f, last = -1.0f;  // indices are far below 2^24
  for (int64_t i = threadIdx.x; i < count; i += kRowBlockThreads) {
    sum += squares[i];
    if (!IsFinite(squares[i])) last = static_cast<float>(i);
  }
  *bad = static_cast<int64_t>(GroupReduce<kRowBlockThreads>(last, MaxOp()));
  return GroupReduce<kRowBlockThreads>(sum, AddOp());
}

__global__ void JudgeKernel(JudgeArgs args) {
  int64_t bad_dense, bad_values;
  NormSums sums;
  sums.dense = SumAndLastBad(args.dense, args.n_dense, &bad_dense);
  sums.values = SumAndLastBad(args.values, args.n_values, &bad_values);
  sums.first_bad = bad_dense >= 0 ? bad_dense : bad_values >= 0 ? args.n_dense + bad_values : -1;
  if (threadIdx.x == 0) JudgeStep(args, sums);
}

}  // namespace

void Judge(const JudgeArgs& args) {
  JudgeKernel<<<1, kRowBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace mneme::cuda
