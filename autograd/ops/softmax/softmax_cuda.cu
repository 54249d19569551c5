#include "autograd/ops/softmax/softmax_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// kThreads threads to a row. All threads of a group take part in its reductions.
template <int kThreads, typename T, typename Out>
__global__ void ForwardKernel(const T* x, Out* out, int64_t rows, int64_t columns) {
  const int first = threadIdx.x % kThreads;
  LetNextBegin();
  WaitForEarlierWork();
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const T* x_r = x + r * columns;
    float max = -INFINITY, sum = 0.0f;
    for (int64_t c = first; c < columns; c += kThreads)
      max = fmaxf(max, static_cast<float>(x_r[c]));
    max = GroupReduce<kThreads>(max, MaxOp());
    for (int64_t c = first; c < columns; c += kThreads) {
      sum += expf(static_cast<float>(x_r[c]) - max);
    }
    const float scale = 1.0f / GroupReduce<kThreads>(sum, AddOp());
    for (int64_t c = first; c < columns; c += kThreads) {
      out[r * columns + c] = static_cast<Out>(expf(static_cast<float>(x_r[c]) - max) * scale);
    }
  }
}

template <int kThreads, typename T, typename Out>
__global__ void BackwardKernel(const Out* out, const Out* dout, T* dx, int64_t rows,
                               int64_t columns) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < rows; r += RowStride<kThreads>()) {
    const Out *out_r = out + r * columns, *dout_r = dout + r * columns;
    float mean = 0.0f;
    for (int64_t c = first; c < columns; c += kThreads) {
      mean += static_cast<float>(out_r[c]) * static_cast<float>(dout_r[c]);
    }
    mean = GroupReduce<kThreads>(mean, AddOp());
    for (int64_t c = first; c < columns; c += kThreads) {
      dx[r * columns + c] =
          static_cast<T>(static_cast<float>(out_r[c]) * (static_cast<float>(dout_r[c]) - mean));
    }
  }
}

template <int kThreads, typename T, typename Out>
void ForwardAs(const SoftmaxForwardArgs& args) {
  LaunchEarly(ForwardKernel<kThreads, T, Out>, dim3(RowBlocks<kThreads>(args.rows)),
              kRowBlockThreads, 0, static_cast<const T*>(args.x), static_cast<Out*>(args.out),
              args.rows, args.columns);
}

template <int kThreads, typename T, typename Out>
void BackwardAs(const SoftmaxBackwardArgs& args) {
  BackwardKernel<kThreads, T, Out>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(
          static_cast<const Out*>(args.out), static_cast<const Out*>(args.dout),
          static_cast<T*>(args.dx), args.rows, args.columns);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T, typename Out>
void Forward(const SoftmaxForwardArgs& args) {
  args.columns < kLongRow ? ForwardAs<kWarpThreads, T, Out>(args)
                          : ForwardAs<kRowBlockThreads, T, Out>(args);
}

template <typename T, typename Out>
void Backward(const SoftmaxBackwardArgs& args) {
  args.columns < kLongRow ? BackwardAs<kWarpThreads, T, Out>(args)
                          : BackwardAs<kRowBlockThreads, T, Out>(args);
}

}  // namespace

void SoftmaxForward(const SoftmaxForwardArgs& args) {
  if (args.rows == 0 || args.columns == 0) return;
  if (args.dtype == args.out_dtype) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (Forward<T, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (Forward<T, float>(args)));
  }
}

void SoftmaxBackward(const SoftmaxBackwardArgs& args) {
  if (args.rows == 0 || args.columns == 0) return;
  if (args.dtype == args.out_dtype) {
    MNEME_FLOAT_SWITCH(args.dtype, T, (Backward<T, T>(args)));
  } else {
    MNEME_FLOAT_SWITCH(args.dtype, T, (Backward<T, float>(args)));
  }
}

}  // namespace mneme::cuda
