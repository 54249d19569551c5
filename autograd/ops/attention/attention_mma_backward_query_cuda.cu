#include "autograd/ops/attention/attention_mma_cuda.h"
#include "autograd/ops/attention/attention_mma_tiles_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

// Keys of a tile: fewer for wide heads, whose sums fill the registers.
template <int kDim>
constexpr int kKeys = kDim <= 64 ? 64 : 32;

// Turns the gradients of probabilities into those of scores: ds = p (dp - delta). A query sees
// keys up to itself.
template <int kTiles>
__device__ void ScoreGradients(const Sums<kTiles>& scores, Sums<kTiles>& dp, float scale2,
                               const float (&logsumexp2)[2], const float (&delta)[2],
                               int64_t warp_query, int64_t key) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int n = 0; n < kTiles; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = lane / 4 + i / 2 * 8, column = n * 8 + lane % 4 * 2 + i % 2;
      const float p = Exp2(fmaf(scores.at[n][i], scale2, -logsumexp2[i / 2]));
      const bool visible = key + column <= warp_query + row;
      dp.at[n][i] = visible ? p * (dp.at[n][i] - delta[i / 2]) : 0.0f;
    }
  }
}

// dq of 64 queries of one head, over the key tiles: grid (query tiles, heads, batch).
template <typename T, int kDim>
__global__ void __launch_bounds__(kMmaThreads)
    QueryKernel(AttentionShape shape, float scale, const T* q, const T* k, const T* v,
                const T* dout, const float* logsumexp, const float* delta, T* dq) {
  constexpr int kTileKeys = kKeys<kDim>;
  using QTile = MmaTile<T, kBlockRows, kDim>;
  using KTile = MmaTile<T, kTileKeys, kDim>;
  extern __shared__ __align__(16) unsigned char shared[];
  const QTile q_tile(shared), dout_tile(shared + QTile::kBytes);
  const auto k_tile = [&](int stage) {
    return KTile(shared + 2 * QTile::kBytes + stage * KTile::kBytes);
  };
  const auto v_tile = [&](int stage) { return k_tile(2 + stage); };
  const HeadPlace place = PlaceOf(shape, blockIdx.z, blockIdx.y);
  const int head_dim = static_cast<int>(shape.head_dim);
  const int64_t first = static_cast<int64_t>(gridDim.x - 1 - blockIdx.x) * kBlockRows;
  const int64_t end = min(first + kBlockRows, shape.keys);  // keys that the tile sees
  const int warp_row = threadIdx.x / 32 * kWarpRows;
  const auto load_keys = [&](int stage, int64_t key) {
    k_tile(stage).LoadAsync(k + place.kv_at, place.kv_stride, key, shape.keys, head_dim);
    v_tile(stage).LoadAsync(v + place.kv_at, place.kv_stride, key, shape.keys, head_dim);
  };

  q_tile.LoadAsync(q + place.q_at, place.q_stride, first, shape.queries, head_dim);
  dout_tile.LoadAsync(dout + place.q_at, place.q_stride, first, shape.queries, head_dim);
  load_keys(0, 0);
  float row_logsumexp2[2] = {}, row_delta[2] = {};
  for (int r = 0; r < 2; ++r) {
    const int64_t query = first + warp_row + threadIdx.x % 32 / 4 + r * 8;
    if (query >= shape.queries) continue;
    row_logsumexp2[r] = logsumexp[place.statistics_at + query] * kLog2E;
    row_delta[r] = delta[place.statistics_at + query];
  }
  Sums<kDim / 8> sums;
  int stage = 0;
  for (int64_t key = 0; key < end; key += kTileKeys, stage ^= 1) {
    WaitForCopies();
    __syncthreads();  // this stage is filled, and nobody reads the other any more
    if (key + kTileKeys < end) load_keys(stage ^ 1, key + kTileKeys);
    Sums<kTileKeys / 8> scores, ds;
    AddRowProducts(scores, q_tile, warp_row, k_tile(stage));
    AddRowProducts(ds, dout_tile, warp_row, v_tile(stage));
    ScoreGradients(scores, ds, scale * kLog2E, row_logsumexp2, row_delta, first + warp_row, key);
    AddWeightedRows(sums, ds, k_tile(stage));
  }
  StoreRows(dq + place.q_at, place.q_stride, first + warp_row, shape.queries, head_dim, sums, scale,
            scale);
}

template <typename T, int kDim>
void Launch(const AttentionBackwardArgs& args) {
  const AttentionShape& shape = args.shape;
  constexpr int kSharedBytes =
      2 * MmaTile<T, kBlockRows, kDim>::kBytes + 4 * MmaTile<T, kKeys<kDim>, kDim>::kBytes;
  const auto kernel = QueryKernel<T, kDim>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  const dim3 grid(CeilDiv(shape.queries, kBlockRows), shape.heads, shape.batch);
  kernel<<<grid, kMmaThreads, kSharedBytes, ComputeStream()>>>(
      shape, args.scale, static_cast<const T*>(args.q), static_cast<const T*>(args.k),
      static_cast<const T*>(args.v), static_cast<const T*>(args.dout), args.logsumexp, args.delta,
      static_cast<T*>(args.dq));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void MmaAttentionBackwardQueries(const AttentionBackwardArgs& args) {
  MNEME_MMA_ATTENTION_SWITCH(args.dtype, args.shape.head_dim, T, kDim, (Launch<T, kDim>(args)));
}

}  // namespace mneme::cuda
