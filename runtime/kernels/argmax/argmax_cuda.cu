#include <algorithm>

#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/argmax/argmax_kernels.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kLongRowThreads = 512;
constexpr int64_t kWantedBlocks = 132;
constexpr int64_t kMaxRows = 1 << 15;  // of a launch

// Of each row: how many of its parts are done. Back at 0 after every launch.
__device__ int done_parts[kMaxRows];

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

// The best of a row's columns begin ... end - 1, in the block's first warp.
template <int kThreads, int kPack, typename T>
__device__ uint64_t BestOf(const T* row, int64_t begin, int64_t end) {
  const int first = threadIdx.x % kThreads;
  uint64_t best = 0;
#pragma unroll 4
  for (int64_t c = begin + first * kPack; c < end; c += kThreads * kPack) {
    float pack[kPack];
    LoadPack(row + c, pack);
#pragma unroll
    for (int k = 0; k < kPack; ++k) best = max(best, Rank(pack[k], c + k));
  }
  best = WarpMax(best);
  if constexpr (kThreads > kWarpThreads) {
    __shared__ uint64_t of_warp[kThreads / kWarpThreads];
    if (threadIdx.x % kWarpThreads == 0) of_warp[threadIdx.x / kWarpThreads] = best;
    __syncthreads();
    best = WarpMax(threadIdx.x < kThreads / kWarpThreads ? of_warp[threadIdx.x] : 0);
  }
  return best;
}

__device__ int32_t ColumnOf(uint64_t rank) {
  return rank == 0 ? 0 : static_cast<int32_t>(~static_cast<uint32_t>(rank));
}

// A warp to a row.
template <int kPack, typename T>
__global__ void ShortRows(ArgMaxArgs args) {
  LetNextBegin();
  WaitForEarlierWork();
  const int64_t r = FirstRow<kWarpThreads>();
  if (r >= args.rows) return;
  const T* row = static_cast<const T*>(args.x) + r * args.columns;
  const uint64_t best = BestOf<kWarpThreads, kPack>(row, 0, args.columns);
  if (threadIdx.x % kWarpThreads == 0) args.out[r] = ColumnOf(best);
}

// A block to a part of a row: grid (rows, parts). The last one that is done takes the best of all.
template <int kPack, typename T>
__global__ void LongRows(ArgMaxArgs args, int64_t part_columns, uint64_t* of_parts) {
  __shared__ bool is_last;
  LetNextBegin();
  WaitForEarlierWork();
  const int64_t r = blockIdx.x, begin = blockIdx.y * part_columns;
  const T* row = static_cast<const T*>(args.x) + r * args.columns;
  uint64_t best =
      BestOf<kLongRowThreads, kPack>(row, begin, min(begin + part_columns, args.columns));
  uint64_t* parts = of_parts + r * gridDim.y;
  if (threadIdx.x == 0) {
    parts[blockIdx.y] = best;
    __threadfence();
    is_last = atomicAdd(&done_parts[r], 1) == static_cast<int>(gridDim.y) - 1;
    if (is_last) done_parts[r] = 0;
  }
  __syncthreads();
  if (!is_last || threadIdx.x >= kWarpThreads) return;
  __threadfence();
  best = 0;
  for (int i = threadIdx.x; i < gridDim.y; i += kWarpThreads) best = max(best, __ldcg(parts + i));
  best = WarpMax(best);
  if (threadIdx.x == 0) args.out[r] = ColumnOf(best);
}

// At most kMaxRows rows.
template <int kPack, typename T>
void ArgMaxBy(const ArgMaxArgs& args) {
  if (args.columns < kLongRow) {
    const dim3 blocks(static_cast<unsigned>(RowBlocks<kWarpThreads>(args.rows)));
    return LaunchEarly(ShortRows<kPack, T>, blocks, kRowBlockThreads, 0, args);
  }
  const int64_t parts = std::clamp(kWantedBlocks / args.rows, int64_t{1},
                                   args.columns / (kLongRowThreads * kWidePack) + 1);
  const int64_t part_columns = RoundUp(CeilDiv(args.columns, parts), kWidePack);
  const Scratch of_parts(args.rows * parts * sizeof(uint64_t));
  const dim3 grid(static_cast<unsigned>(args.rows), static_cast<unsigned>(parts));
  LaunchEarly(LongRows<kPack, T>, grid, kLongRowThreads, 0, args, part_columns,
              of_parts.as<uint64_t>());
}

template <typename T>
void ArgMaxAs(const ArgMaxArgs& args) {
  for (int64_t begin = 0; begin < args.rows; begin += kMaxRows) {
    ArgMaxArgs some = args;
    some.rows = std::min(kMaxRows, args.rows - begin);
    some.x = static_cast<const T*>(args.x) + begin * args.columns;
    some.out = args.out + begin;
    MNEME_PACK_SWITCH(CanUsePacks(args.columns, {args.x}), kPack, (ArgMaxBy<kPack, T>(some)));
  }
}

}  // namespace

void ArgMax(const ArgMaxArgs& args) {
  if (args.rows == 0) return;
  MNEME_FLOAT_SWITCH(args.dtype, T, ArgMaxAs<T>(args));
}

}  // namespace mneme::cuda
