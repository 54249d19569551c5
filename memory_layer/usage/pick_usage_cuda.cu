#include "memory_layer/usage/pick_usage_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"

namespace mneme::cuda {
namespace {

// Atomic sums of whole numbers: the same in any order.
using Count = unsigned long long;

__device__ void Add(int64_t* to, Count value) {
  if (value != 0) atomicAdd(reinterpret_cast<Count*>(to), value);
}

__global__ void CountPicksKernel(CountPicksArgs args) {
  __shared__ Count block_touched, block_units;
  if (threadIdx.x == 0) block_touched = block_units = 0;
  __syncthreads();
  const double units = 1.0 / (kNatsPerUnit * static_cast<double>(args.picks));
  Count touched = 0, same_picks_units = 0;
  const int64_t unique_count = *args.unique_count;
  for (int64_t u = FirstIndex(); u < unique_count; u += IndexStride()) {
    const int64_t row = args.unique_rows[u];
    const Count bit = Count{1} << (row % 64);
    const Count before = atomicOr(reinterpret_cast<Count*>(args.touched_bits) + row / 64, bit);
    touched += (before & bit) == 0;
    const double count = static_cast<double>(args.offsets[u + 1] - args.offsets[u]);
    if (count > 1.0) same_picks_units += llrint(count * log(count) * units);
  }
  if (touched != 0) atomicAdd(&block_touched, touched);
  if (same_picks_units != 0) atomicAdd(&block_units, same_picks_units);
  __syncthreads();
  if (threadIdx.x != 0) return;
  Add(&args.counters->rows_touched, block_touched);
  Add(&args.counters->same_picks_units, block_units);
  if (blockIdx.x == 0) Add(&args.counters->unique_rows, unique_count);
}

}  // namespace

void CountPicks(const CountPicksArgs& args) {
  CountPicksKernel<<<GridBlocks(args.max_unique), kBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace mneme::cuda
