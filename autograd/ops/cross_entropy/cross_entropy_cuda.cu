#include "autograd/ops/cross_entropy/cross_entropy_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// kThreads threads to a row. All threads of a group take part in its reductions.
template <int kThreads, typename T>
__global__ void TokenLossKernel(const T* logits, const int32_t* targets, float* losses,
                                float* logsumexp, int64_t rows, int64_t columns) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const T* row = logits + r * columns;
    float max = -INFINITY, sum = 0.0f;
    for (int64_t c = first; c < columns; c += kThreads)
      max = fmaxf(max, static_cast<float>(row[c]));
    max = GroupReduce<kThreads>(max, MaxOp());
    for (int64_t c = first; c < columns; c += kThreads) {
      sum += expf(static_cast<float>(row[c]) - max);
    }
    sum = GroupReduce<kThreads>(sum, AddOp());
    if (first != 0) continue;
    const int32_t target = targets[r];
    const float row_logsumexp = max + logf(sum);
    logsumexp[r] = row_logsumexp;
    losses[r] =
        target >= 0 && target < columns ? row_logsumexp - static_cast<float>(row[target]) : NAN;
  }
}

// One block.
__global__ void MeanKernel(const float* x, int64_t count, float* mean) {
  float sum = 0.0f;
  for (int64_t i = threadIdx.x; i < count; i += kRowBlockThreads) sum += x[i];
  sum = GroupReduce<kRowBlockThreads>(sum, AddOp());
  if (threadIdx.x == 0) *mean = sum / static_cast<float>(count);
}

template <int kThreads, typename T>
__global__ void BackwardKernel(const T* logits, const int32_t* targets, const float* logsumexp,
                               const float* dout, T* dlogits, int64_t rows, int64_t columns) {
  const float scale = *dout / static_cast<float>(rows);
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const T* row = logits + r * columns;
    const float row_logsumexp = logsumexp[r];
    const int32_t target = targets[r];
    for (int64_t c = threadIdx.x % kThreads; c < columns; c += kThreads) {
      const float p = expf(static_cast<float>(row[c]) - row_logsumexp);
      dlogits[r * columns + c] = static_cast<T>((c == target ? p - 1.0f : p) * scale);
    }
  }
}

template <int kThreads, typename T>
void TokenLossAs(const TokenLossArgs& args) {
  TokenLossKernel<kThreads, T>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
          static_cast<const T*>(args.logits), args.targets, args.losses, args.logsumexp, args.rows,
          args.columns);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <int kThreads, typename T>
void BackwardAs(const CrossEntropyBackwardArgs& args) {
  BackwardKernel<kThreads, T>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
          static_cast<const T*>(args.logits), args.targets, args.logsumexp, args.dout,
          static_cast<T*>(args.dlogits), args.rows, args.columns);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void TokenLoss(const TokenLossArgs& args) {
  if (args.rows == 0) return;
  if (args.columns < kLongRow) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (TokenLossAs<kWarpThreads, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (TokenLossAs<kRowBlockThreads, T>(args)));
  }
}

void Mean(const MeanArgs& args) {
  MeanKernel<<<1, kRowBlockThreads, 0, ComputeStream()>>>(args.x, args.count, args.mean);
  MNEME_CUDA_CHECK_LAUNCH();
}

void CrossEntropyBackward(const CrossEntropyBackwardArgs& args) {
  if (args.rows == 0) return;
  if (args.columns < kLongRow) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (BackwardAs<kWarpThreads, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (BackwardAs<kRowBlockThreads, T>(args)));
  }
}

}  // namespace mneme::cuda
