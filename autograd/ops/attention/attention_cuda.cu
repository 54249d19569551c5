#include <initializer_list>

#include "autograd/ops/attention/attention_mma_cuda.h"
#include "autograd/ops/attention/attention_plain_cuda.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// A warp to a row of [B, S, H]; delta is [B, H, S].
template <typename T>
__global__ void DeltaKernel(AttentionShape shape, const T* out, const T* dout, float* delta) {
  const int64_t rows = shape.batch * shape.queries * shape.heads;
  const int lane = threadIdx.x % kWarpThreads;
  for (int64_t r = FirstRow<kWarpThreads>(); r < rows; r += RowStride<kWarpThreads>()) {
    float sum = 0.0f;
    for (int64_t i = r * shape.head_dim + lane; i < (r + 1) * shape.head_dim; i += kWarpThreads) {
      sum += static_cast<float>(out[i]) * static_cast<float>(dout[i]);
    }
    sum = WarpReduce(sum, AddOp());
    const int64_t head = r % shape.heads, query = r / shape.heads % shape.queries;
    const int64_t b = r / shape.heads / shape.queries;
    if (lane == 0) delta[(b * shape.heads + head) * shape.queries + query] = sum;
  }
}

template <typename T>
void ComputeDelta(const AttentionBackwardArgs& args) {
  const int64_t rows = args.shape.batch * args.shape.queries * args.shape.heads;
  DeltaKernel<T><<<RowBlocks<kWarpThreads>(rows), kRowBlockThreads, 0, ComputeStream()>>>(
      args.shape, static_cast<const T*>(args.out), static_cast<const T*>(args.dout), args.delta);
  MNEME_CUDA_CHECK_LAUNCH();
}

bool IsEmpty(const AttentionShape& shape) {
  return shape.batch == 0 || shape.queries == 0 || shape.heads == 0;
}

bool FitsTensorCores(DType dtype, const AttentionShape& shape,
                     std::initializer_list<const void*> inputs) {
  for (const void* input : inputs) {
    if (reinterpret_cast<uintptr_t>(input) % 16 != 0) return false;
  }
  return dtype != DType::kF32 && shape.head_dim % 8 == 0;
}

}  // namespace

void AttentionForward(const AttentionForwardArgs& args) {
  if (IsEmpty(args.shape)) return;
  if (FitsTensorCores(args.dtype, args.shape, {args.q, args.k, args.v})) {
    MmaAttentionForward(args);
  } else {
    PlainAttentionForward(args);
  }
}

void AttentionBackward(const AttentionBackwardArgs& args) {
  if (IsEmpty(args.shape)) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ComputeDelta<T>(args));
  if (FitsTensorCores(args.dtype, args.shape, {args.q, args.k, args.v, args.dout})) {
    MmaAttentionBackwardQueries(args);
    MmaAttentionBackwardKeys(args);
  } else {
    PlainAttentionBackward(args);
  }
}

}  // namespace mneme::cuda
