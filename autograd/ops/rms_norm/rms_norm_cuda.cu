#include "autograd/ops/rms_norm/rms_norm_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

template <typename T, int kPack>
__device__ void LoadWeight(const void* weight, int64_t c, float (&to)[kPack]) {
  if (weight != nullptr) return LoadPack(static_cast<const T*>(weight) + c, to);
#pragma unroll
  for (int k = 0; k < kPack; ++k) to[k] = 1.0f;
}

// kThreads threads to a row. The second pass over the row finds it in the cache.
template <int kThreads, int kPack, typename T>
__global__ void ForwardKernel(RmsNormForwardArgs args) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < args.rows; r += RowStride<kThreads>()) {
    const T* x = static_cast<const T*>(args.x) + r * args.columns;
    T* out = static_cast<T*>(args.out) + r * args.columns;
    float squares = 0.0f;
#pragma unroll 4
    for (int64_t c = first * kPack; c < args.columns; c += kThreads * kPack) {
      float v[kPack];
      LoadPack(x + c, v);
#pragma unroll
      for (int k = 0; k < kPack; ++k) squares += v[k] * v[k];
    }
    squares = GroupReduce<kThreads>(squares, AddOp());
    const float inv_rms = 1.0f / sqrtf(squares / static_cast<float>(args.columns) + args.epsilon);
#pragma unroll 4
    for (int64_t c = first * kPack; c < args.columns; c += kThreads * kPack) {
      float v[kPack], weight[kPack];
      LoadPack(x + c, v);
      LoadWeight<T>(args.weight, c, weight);
#pragma unroll
      for (int k = 0; k < kPack; ++k) v[k] = v[k] * inv_rms * weight[k];
      StorePack(out + c, v);
    }
    if (first == 0) args.inv_rms[r] = inv_rms;
  }
}

// dx: kThreads threads to a row.
template <int kThreads, int kPack, typename T>
__global__ void RowGradients(RmsNormBackwardArgs args) {
  const int first = threadIdx.x % kThreads;
  for (int64_t r = FirstRow<kThreads>(); r < args.rows; r += RowStride<kThreads>()) {
    const T* x = static_cast<const T*>(args.x) + r * args.columns;
    const T* dout = static_cast<const T*>(args.dout) + r * args.columns;
    T* dx = static_cast<T*>(args.dx) + r * args.columns;
    const float inv_rms = args.inv_rms[r];
    float sum = 0.0f;
#pragma unroll 2
    for (int64_t c = first * kPack; c < args.columns; c += kThreads * kPack) {
      float v[kPack], d[kPack], weight[kPack];
      LoadPack(x + c, v);
      LoadPack(dout + c, d);
      LoadWeight<T>(args.weight, c, weight);
#pragma unroll
      for (int k = 0; k < kPack; ++k) sum += d[k] * weight[k] * v[k];
    }
    sum = GroupReduce<kThreads>(sum, AddOp());
    const float along_x = inv_rms * inv_rms * (sum / static_cast<float>(args.columns));
#pragma unroll 2
    for (int64_t c = first * kPack; c < args.columns; c += kThreads * kPack) {
      float v[kPack], d[kPack], weight[kPack];
      LoadPack(x + c, v);
      LoadPack(dout + c, d);
      LoadWeight<T>(args.weight, c, weight);
#pragma unroll
      for (int k = 0; k < kPack; ++k) v[k] = inv_rms * (d[k] * weight[k] - along_x * v[k]);
      StorePack(dx + c, v);
    }
  }
}

// dweight: block (strip, group) sums a group of rows for 32 columns. Warp y takes every
// kGroupWarps-th row.
constexpr int kGroupWarps = 8;

template <typename T>
__global__ void WeightGradients(RmsNormBackwardArgs args) {
  const int64_t c = static_cast<int64_t>(blockIdx.x) * kWarpThreads + threadIdx.x;
  const int64_t group = blockIdx.y;
  const int64_t begin = group * args.rows / args.groups;
  const int64_t end = (group + 1) * args.rows / args.groups;
  float sum = 0.0f;
  if (c < args.columns) {
    for (int64_t r = begin + threadIdx.y; r < end; r += kGroupWarps) {
      const int64_t i = r * args.columns + c;
      sum += static_cast<float>(static_cast<const T*>(args.dout)[i]) *
             static_cast<float>(static_cast<const T*>(args.x)[i]) * args.inv_rms[r];
    }
  }
  __shared__ float sums[kGroupWarps][kWarpThreads];
  sums[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y > 0 || c >= args.columns) return;
  for (int y = 1; y < kGroupWarps; ++y) sum += sums[y][threadIdx.x];
  args.dweight[group * args.columns + c] = sum;
}

template <int kThreads, int kPack, typename T>
void Forward(const RmsNormForwardArgs& args) {
  ForwardKernel<kThreads, kPack, T>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <int kThreads, int kPack, typename T>
void BackwardOfX(const RmsNormBackwardArgs& args) {
  RowGradients<kThreads, kPack, T>
      <<<RowBlocks<kThreads>(args.rows), kRowBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void BackwardOfWeight(const RmsNormBackwardArgs& args) {
  const dim3 grid(static_cast<unsigned>(CeilDiv(args.columns, kWarpThreads)),
                  static_cast<unsigned>(args.groups));
  WeightGradients<T><<<grid, dim3(kWarpThreads, kGroupWarps), 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void ForwardAs(const RmsNormForwardArgs& args) {
  MNEME_PACK_SWITCH(CanUsePacks(args.columns, {args.x, args.weight, args.out}), kPack,
                    args.columns < kLongRow ? Forward<kWarpThreads, kPack, T>(args)
                                            : Forward<kRowBlockThreads, kPack, T>(args));
}

template <typename T>
void BackwardAs(const RmsNormBackwardArgs& args) {
  if (args.dx != nullptr && args.rows > 0) {
    MNEME_PACK_SWITCH(CanUsePacks(args.columns, {args.x, args.weight, args.dout, args.dx}), kPack,
                      args.columns < kLongRow ? BackwardOfX<kWarpThreads, kPack, T>(args)
                                              : BackwardOfX<kRowBlockThreads, kPack, T>(args));
  }
  if (args.dweight != nullptr) BackwardOfWeight<T>(args);
}

}  // namespace

void RmsNormForward(const RmsNormForwardArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ForwardAs<T>(args));
}

void RmsNormBackward(const RmsNormBackwardArgs& args) {
  if (args.columns == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, BackwardAs<T>(args));
}

}  // namespace mneme::cuda
