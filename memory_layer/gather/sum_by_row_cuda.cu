// Sums of segments, of which one may be as long as all the others together. The sorted picks are
// cut into chunks of one size, whatever the segments: a chunk's threads sum the segments that lie
// in it, and leave what they have of a segment that goes beyond it as a partial sum. Then the
// partial sums of each such segment are added up. The order depends on the sizes alone.

#include "memory_layer/gather/gather_kernels.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kChunkPicks = 128;
constexpr int kThreads = 256;           // of a block that sums chunks
constexpr int kMinChunkThreads = 32;    // that share a chunk, each with its columns
constexpr int kInFlight = 4;            // vectors that a thread reads before it adds the first
constexpr int kWarp = 32, kWarps = 16;  // of a block that adds up partial sums
constexpr int kStripPerLane = 4;        // columns that such a block works on: so many a lane
constexpr int kStrip = kWarp * kStripPerLane;

static_assert(kChunkPicks % kInFlight == 0);

struct Partials {
  float* sums;  // [chunks, 2, dim]
  int64_t dim;

  // What a chunk has of the segment that begins before it, and of the one that begins in it and
  // goes on after it.
  __device__ float* Head(int64_t chunk) const { return sums + 2 * chunk * dim; }
  __device__ float* Tail(int64_t chunk) const { return sums + (2 * chunk + 1) * dim; }
};

// The picks of a chunk, in order.
struct ChunkPicks {
  int64_t x_row[kChunkPicks];
  float weight[kChunkPicks];
  float* sum_to[kChunkPicks];  // where the sum goes that ends with this pick; else null
};

// Loads pick i of the `count` picks from `begin` on.
__device__ void LoadPick(const SumByRowArgs& args, const Partials& partials, int64_t begin,
                         int64_t count, int i, ChunkPicks& picks) {
  if (i >= count) {  // read but never used
    picks.x_row[i] = 0;
    picks.weight[i] = 0.0f;
    picks.sum_to[i] = nullptr;
    return;
  }
  const int64_t place = args.order[begin + i], u = args.inverse[place];
  const int64_t segment_begin = args.offsets[u], segment_end = args.offsets[u + 1];
  const int64_t chunk = begin / kChunkPicks;
  float* to = nullptr;
  if (i + 1 == count || segment_end == begin + i + 1) {
    to = segment_begin < begin               ? partials.Head(chunk)
         : segment_end > begin + kChunkPicks ? partials.Tail(chunk)
                                             : args.out + u * args.dim;
  }
  picks.x_row[i] = place / args.picks;
  picks.weight[i] = args.weights[place];
  picks.sum_to[i] = to;
}

template <typename X, int kPack>
__global__ void SumChunks(SumByRowArgs args, Partials partials, int chunk_threads) {
  __shared__ ChunkPicks shared[kThreads / kMinChunkThreads];
  const X* x = static_cast<const X*>(args.x);
  const int slot = threadIdx.x / chunk_threads, lane = threadIdx.x % chunk_threads;
  const int64_t chunk = static_cast<int64_t>(blockIdx.x) * (kThreads / chunk_threads) + slot;
  const int64_t begin = chunk * kChunkPicks;
  const int64_t count = min(max(args.count - begin, int64_t{0}), int64_t{kChunkPicks});
  ChunkPicks& picks = shared[slot];
  for (int i = lane; i < kChunkPicks; i += chunk_threads) {
    LoadPick(args, partials, begin, count, i, picks);
  }
  __syncthreads();
  for (int64_t c = lane * kPack; c < args.dim; c += chunk_threads * kPack) {
    float sum[kPack] = {};
    for (int i = 0; i < count; i += kInFlight) {
      float at_x[kInFlight][kPack];
#pragma unroll
      for (int k = 0; k < kInFlight; ++k) LoadPack(x + picks.x_row[i + k] * args.dim + c, at_x[k]);
#pragma unroll
      for (int k = 0; k < kInFlight; ++k) {
        const float weight = picks.weight[i + k];
#pragma unroll
        for (int j = 0; j < kPack; ++j) sum[j] = fmaf(weight, at_x[k][j], sum[j]);
        if (picks.sum_to[i + k] == nullptr) continue;
        StorePack(picks.sum_to[i + k] + c, sum);
#pragma unroll
        for (int j = 0; j < kPack; ++j) sum[j] = 0.0f;
      }
    }
  }
}

// Block (chunk, strip) adds up the segment that begins in the chunk and goes beyond it, if there is
// one: warp w takes every kWarps-th of its partial sums, then the warps' sums are added in order.
__global__ void AddPartials(SumByRowArgs args, Partials partials) {
  const int64_t chunk = blockIdx.x, end = (chunk + 1) * kChunkPicks;
  if (end >= args.count) return;
  const int64_t u = args.inverse[args.order[end - 1]];
  if (args.offsets[u] < end - kChunkPicks || args.offsets[u + 1] <= end) return;
  const int64_t last_chunk = (args.offsets[u + 1] - 1) / kChunkPicks;

  const int lane = threadIdx.x, warp = threadIdx.y;
  const int64_t first_column = static_cast<int64_t>(blockIdx.y) * kStrip;
  float sum[kStripPerLane] = {};
#pragma unroll 4
  for (int64_t i = chunk + warp; i <= last_chunk; i += kWarps) {
    const float* partial = i == chunk ? partials.Tail(i) : partials.Head(i);
#pragma unroll
    for (int j = 0; j < kStripPerLane; ++j) {
      const int64_t c = first_column + j * kWarp + lane;
      if (c < args.dim) sum[j] += partial[c];
    }
  }
  __shared__ float shared[kWarps][kStrip];
#pragma unroll
  for (int j = 0; j < kStripPerLane; ++j) shared[warp][j * kWarp + lane] = sum[j];
  __syncthreads();
  const int column = warp * kWarp + lane;
  if (column >= kStrip || first_column + column >= args.dim) return;
  float total = shared[0][column];
  for (int w = 1; w < kWarps; ++w) total += shared[w][column];
  args.out[u * args.dim + first_column + column] = total;
}

template <typename X, int kPack>
void SumByRowAs(const SumByRowArgs& args) {
  const int64_t chunks = CeilDiv(args.count, kChunkPicks);
  const Scratch scratch(chunks * 2 * args.dim * sizeof(float));
  const Partials partials = {scratch.as<float>(), args.dim};
  int chunk_threads = kMinChunkThreads;
  while (chunk_threads < kThreads && chunk_threads * kPack < args.dim) chunk_threads *= 2;
  const int64_t block_chunks = kThreads / chunk_threads;
  SumChunks<X, kPack>
      <<<static_cast<unsigned>(CeilDiv(chunks, block_chunks)), kThreads, 0, ComputeStream()>>>(
          args, partials, chunk_threads);
  MNEME_CUDA_CHECK_LAUNCH();
  const dim3 grid(static_cast<unsigned>(chunks), static_cast<unsigned>(CeilDiv(args.dim, kStrip)));
  AddPartials<<<grid, dim3(kWarp, kWarps), 0, ComputeStream()>>>(args, partials);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void SumByRow(const SumByRowArgs& args) {
  if (args.count * args.dim == 0) return;
  const bool is_wide = CanUsePacks(args.dim, {args.x, args.out});
  MNEME_FLOAT_SWITCH(args.x_dtype, X,
                     MNEME_PACK_SWITCH(is_wide, kPack, SumByRowAs<X, kPack>(args)));
}

}  // namespace mneme::cuda
