#include <thrust/iterator/counting_iterator.h>
#include <thrust/iterator/transform_iterator.h>

#include <algorithm>
#include <bit>
#include <cub/device/device_radix_sort.cuh>
#include <cub/device/device_scan.cuh>

#include "memory_layer/picks/picks_kernels.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"

namespace mneme::cuda {
namespace {

template <typename Key>
__global__ void MakePairs(const int64_t* rows, int64_t count, Key* keys, uint32_t* places) {
  for (int64_t i = FirstIndex(); i < count; i += IndexStride()) {
    keys[i] = static_cast<Key>(rows[i]);
    places[i] = static_cast<uint32_t>(i);
  }
}

// 1 where a new row begins: their running sum numbers the unique rows.
template <typename Key>
struct IsFirst {
  const Key* keys;
  __device__ int64_t operator()(int64_t i) const { return i == 0 || keys[i] != keys[i - 1]; }
};

// number[i] - 1 is the unique row of sorted pick i.
template <typename Key>
__global__ void WriteSegments(const Key* keys, const uint32_t* places, const int64_t* number,
                              SortPicksArgs args) {
  for (int64_t i = FirstIndex(); i < args.count; i += IndexStride()) {
    const int64_t u = number[i] - 1;
    args.order[i] = places[i];
    args.inverse[places[i]] = u;
    if (i == 0 || keys[i] != keys[i - 1]) {
      args.unique_rows[u] = static_cast<int64_t>(keys[i]);
      args.offsets[u] = i;
    }
    if (i + 1 == args.count) {
      args.unique_count[0] = u + 1;
      args.offsets[u + 1] = args.count;
    }
  }
}

__global__ void WriteEmpty(SortPicksArgs args) {
  args.unique_count[0] = 0;
  args.offsets[0] = 0;
}

// A radix sort keeps the order of equal keys, so places within a row stay ascending.
template <typename Key>
void SortAs(const SortPicksArgs& args) {
  const int64_t count = args.count;
  const Scratch keys(2 * count * sizeof(Key)), places(2 * count * sizeof(uint32_t));
  const Scratch number(count * sizeof(int64_t));
  cub::DoubleBuffer<Key> key_buffer(keys.as<Key>(), keys.as<Key>() + count);
  cub::DoubleBuffer<uint32_t> place_buffer(places.as<uint32_t>(), places.as<uint32_t>() + count);
  MakePairs<Key><<<GridBlocks(count), kBlockThreads, 0, ComputeStream()>>>(
      args.rows, count, key_buffer.Current(), place_buffer.Current());
  MNEME_CUDA_CHECK_LAUNCH();
  const int bits = std::bit_width(static_cast<uint64_t>(args.n_rows - 1));
  size_t bytes = 0;
  MNEME_CUDA_CHECK(cub::DeviceRadixSort::SortPairs(nullptr, bytes, key_buffer, place_buffer, count,
                                                   0, std::max(bits, 1), ComputeStream()));
  const Scratch sort_space(bytes);
  MNEME_CUDA_CHECK(cub::DeviceRadixSort::SortPairs(sort_space.as<void>(), bytes, key_buffer,
                                                   place_buffer, count, 0, std::max(bits, 1),
                                                   ComputeStream()));
  const auto first = thrust::make_transform_iterator(thrust::make_counting_iterator(int64_t{0}),
                                                     IsFirst<Key>{key_buffer.Current()});
  MNEME_CUDA_CHECK(cub::DeviceScan::InclusiveSum(nullptr, bytes, first, number.as<int64_t>(), count,
                                                 ComputeStream()));
  const Scratch scan_space(bytes);
  MNEME_CUDA_CHECK(cub::DeviceScan::InclusiveSum(scan_space.as<void>(), bytes, first,
                                                 number.as<int64_t>(), count, ComputeStream()));
  WriteSegments<Key><<<GridBlocks(count), kBlockThreads, 0, ComputeStream()>>>(
      key_buffer.Current(), place_buffer.Current(), number.as<int64_t>(), args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void SortPicks(const SortPicksArgs& args) {
  if (args.count == 0) {
    WriteEmpty<<<1, 1, 0, ComputeStream()>>>(args);
    MNEME_CUDA_CHECK_LAUNCH();
  } else if (args.n_rows <= int64_t{1} << 32) {
    SortAs<uint32_t>(args);
  } else {
    SortAs<uint64_t>(args);
  }
}

}  // namespace mneme::cuda
