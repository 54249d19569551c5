// A warp to an output: it reads a row of a weight and multiplies it with all rows of n, which every
// block keeps in shared memory. While the kernel ahead still runs, weights are on their way to the
// cache.

#include "autograd/ops/few_rows/few_rows_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarpThreads;
constexpr int64_t kMaxBlocks = 132 * 4;  // all of them run at once
constexpr int kPack = static_cast<int>(kFewRowsPack);
constexpr int kCacheLine = 128;     // bytes
constexpr int kPrefetchedRows = 4;  // of weights, that a warp asks for in advance

// Output `o` of all weights taken together, seen as one of its own weight.
struct Output {
  int weight;
  int64_t index;
};

__device__ Output FindOutput(const FewRowsArgs& args, int64_t o) {
  Output output = {0, o};
  while (output.index >= args.outputs[output.weight]) output.index -= args.outputs[output.weight++];
  return output;
}

template <typename T>
__device__ const T* WeightRow(const FewRowsArgs& args, int weight, int64_t index) {
  return static_cast<const T*>(args.weights[weight]) + index * args.columns;
}

template <typename T>
__device__ void PrefetchRow(const T* row, int64_t columns) {
  const char* bytes = reinterpret_cast<const char*>(row);
  const int64_t count = columns * static_cast<int64_t>(sizeof(T));
  for (int64_t i = threadIdx.x % kWarpThreads * kCacheLine; i < count;
       i += kWarpThreads * kCacheLine) {
    PrefetchToL2(bytes + i);
  }
}

// n into shared memory: [T, K].
template <typename T>
__device__ void LoadRows(const FewRowsArgs& args, T* rows) {
  const T* weight = static_cast<const T*>(args.norm_weight);
  for (int64_t r = 0; r < args.rows; ++r) {
    const T* x = static_cast<const T*>(args.x) + r * args.columns;
    float squares = 0.0f;
    for (int64_t c = threadIdx.x * kPack; c < args.columns; c += kThreads * kPack) {
      float pack[kPack];
      LoadPack(x + c, pack);
#pragma unroll
      for (int k = 0; k < kPack; ++k) squares += pack[k] * pack[k];
      StorePack(rows + r * args.columns + c, pack);
    }
    if (weight == nullptr) continue;
    squares = GroupReduce<kThreads>(squares, AddOp());
    const float inv_rms = 1.0f / sqrtf(squares / static_cast<float>(args.columns) + args.epsilon);
    for (int64_t c = threadIdx.x * kPack; c < args.columns; c += kThreads * kPack) {
      float pack[kPack], scale[kPack];
      LoadPack(rows + r * args.columns + c, pack);  // this thread's own
      LoadPack(weight + c, scale);
#pragma unroll
      for (int k = 0; k < kPack; ++k) pack[k] = pack[k] * inv_rms * scale[k];
      StorePack(rows + r * args.columns + c, pack);
    }
  }
}

// sums[r] = n[r] . weight, in every lane.
template <typename T, int kRows>
__device__ void Dots(const T* rows, const T* weight, int64_t columns, float (&sums)[kRows]) {
  for (int r = 0; r < kRows; ++r) sums[r] = 0.0f;
#pragma unroll 4
  for (int64_t c = threadIdx.x % kWarpThreads * kPack; c < columns; c += kWarpThreads * kPack) {
    float w[kPack];
    LoadPack(weight + c, w);
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      float n[kPack];
      LoadPack(rows + r * columns + c, n);
#pragma unroll
      for (int k = 0; k < kPack; ++k) sums[r] = fmaf(w[k], n[k], sums[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < kRows; ++r) sums[r] = WarpReduce(sums[r], AddOp());
}

__device__ float Silu(float x) { return x / (1.0f + expf(-x)); }

// kRows: args.rows or more; what the rows beyond hold is not used.
template <typename T, int kRows>
__global__ void __launch_bounds__(kThreads) FewRowsKernel(FewRowsArgs args, int64_t outputs) {
  extern __shared__ __align__(16) unsigned char shared[];
  T* rows = reinterpret_cast<T*>(shared);
  LetNextBegin();
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kWarps + threadIdx.x / kWarpThreads;
  const int64_t stride = static_cast<int64_t>(gridDim.x) * kWarps;
  for (int i = 0; i < kPrefetchedRows; ++i) {
    if (first + i * stride >= outputs) break;
    const auto [weight, index] = FindOutput(args, first + i * stride);
    PrefetchRow(WeightRow<T>(args, weight, index), args.columns);
    if (args.gated) PrefetchRow(WeightRow<T>(args, 1, index), args.columns);
  }
  WaitForEarlierWork();
  LoadRows(args, rows);
  __syncthreads();
  const int lane = threadIdx.x % kWarpThreads;
  for (int64_t o = first; o < outputs; o += stride) {
    const auto [weight, index] = FindOutput(args, o);
    float sums[kRows];
    Dots<T, kRows>(rows, WeightRow<T>(args, weight, index), args.columns, sums);
    if (args.gated) {
      float gated[kRows];
      Dots<T, kRows>(rows, WeightRow<T>(args, 1, index), args.columns, gated);
#pragma unroll
      for (int r = 0; r < kRows; ++r) sums[r] = Silu(sums[r]) * gated[r];
    }
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      if (lane != r || r >= args.rows) continue;
      const int64_t at = r * args.outputs[weight] + index;
      const T* residual = static_cast<const T*>(args.residual);
      const float value = residual ? static_cast<float>(residual[at]) + sums[r] : sums[r];
      static_cast<T*>(args.outs[weight])[at] = static_cast<T>(value);
    }
  }
}

template <typename T, int kRows>
void Launch(const FewRowsArgs& args) {
  int64_t outputs = args.outputs[0];
  for (int i = 1; i < args.n_weights && !args.gated; ++i) outputs += args.outputs[i];
  if (outputs == 0) return;
  const size_t shared_bytes = kRows * args.columns * sizeof(T);
  const auto kernel = FewRowsKernel<T, kRows>;
  // Rows beyond args.rows take room as well, and so does what the kernel reduces through.
  constexpr size_t kStaticBytes = 1024;
  if (shared_bytes + kStaticBytes > kFewRowsBytes) {
    MNEME_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                          static_cast<int>(shared_bytes)));
  }
  // As many outputs for every warp.
  const int64_t rounds = CeilDiv(outputs, kMaxBlocks * kWarps);
  const int64_t blocks = CeilDiv(outputs, rounds * kWarps);
  LaunchEarly(kernel, dim3(static_cast<unsigned>(blocks)), kThreads, shared_bytes, args, outputs);
}

template <typename T>
void FewRowsAs(const FewRowsArgs& args) {
  if (args.rows == 1) return Launch<T, 1>(args);
  if (args.rows == 2) return Launch<T, 2>(args);
  if (args.rows <= 4) return Launch<T, 4>(args);
  Launch<T, 8>(args);
}

}  // namespace

void FewRows(const FewRowsArgs& args) { MNEME_FLOAT_SWITCH(args.dtype, T, FewRowsAs<T>(args)); }

}  // namespace mneme::cuda
