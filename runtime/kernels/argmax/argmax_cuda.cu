#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/argmax/argmax_kernels.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kLongRowThreads = 1024;

// Larger for a larger value, and of equal ones for the earlier column; 0 for NaN.
__device__ uint64_t Rank(float value, int64_t column) {
  if (isnan(value)) return 0;
  const uint32_t bits = __float_as_uint(value == 0.0f ? 0.0f : value);  // -0 is no less than 0
  const uint32_t ordered = bits >> 31 != 0 ? ~bits : bits | 0x80000000u;
  return static_cast<uint64_t>(ordered) << 32 | ~static_cast<uint32_t>(column);
}

__device__ uint64_t WarpMax(uint64_t rank) {
  for (int mask = kWarpThreads / 2; mask > 0; mask /= 2) {
    rank = max(rank, __shfl_xor_sync(0xffffffffu, rank, mask));
  }
  return rank;
}

// kThreads threads to a row: a warp, or the whole block.
template <int kThreads, int kPack, typename T>
__global__ void ArgMaxKernel(const T* x, int32_t* out, int64_t rows, int64_t columns) {
  const int lane = threadIdx.x % kWarpThreads, warp = threadIdx.x / kWarpThreads;
  const int first = threadIdx.x % kThreads, row_warps = kThreads / kWarpThreads;
  const int64_t r = (static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x) / kThreads;
  if (r >= rows) return;  // a whole warp or block
  uint64_t best = 0;
#pragma unroll 4
  for (int64_t c = first * kPack; c < columns; c += kThreads * kPack) {
    float pack[kPack];
    LoadPack(x + r * columns + c, pack);
#pragma unroll
    for (int k = 0; k < kPack; ++k) best = max(best, Rank(pack[k], c + k));
  }
  best = WarpMax(best);
  if constexpr (row_warps > 1) {
    __shared__ uint64_t of_warp[row_warps];
    if (lane == 0) of_warp[warp] = best;
    __syncthreads();
    if (warp > 0) return;
    best = WarpMax(lane < row_warps ? of_warp[lane] : 0);
  }
  if (first == 0) out[r] = best == 0 ? 0 : static_cast<int32_t>(~static_cast<uint32_t>(best));
}

template <typename T>
void ArgMaxAs(const ArgMaxArgs& args) {
  const T* x = static_cast<const T*>(args.x);
  const auto launch = [&](auto kernel, int block_threads, int row_threads) {
    const int64_t blocks = (args.rows * row_threads + block_threads - 1) / block_threads;
    kernel<<<static_cast<unsigned>(blocks), block_threads, 0, ComputeStream()>>>(
        x, args.out, args.rows, args.columns);
  };
  MNEME_PACK_SWITCH(
      CanUsePacks(args.columns, {x}), kPack,
      args.columns < kLongRow
          ? launch(ArgMaxKernel<kWarpThreads, kPack, T>, kRowBlockThreads, kWarpThreads)
          : launch(ArgMaxKernel<kLongRowThreads, kPack, T>, kLongRowThreads, kLongRowThreads));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ArgMax(const ArgMaxArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ArgMaxAs<T>(args));
}

}  // namespace mneme::cuda
