#include "autograd/ops/attention/attention_mma_cuda.h"
#include "autograd/ops/attention/attention_mma_tiles_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

// Queries of a tile: fewer for wide heads, whose sums fill the registers.
template <int kDim>
constexpr int kQueries = kDim <= 64 ? 64 : 32;

// Query tiles stream through two of these.
template <typename T, int kDim>
struct Stage {
  using Tile = MmaTile<T, kQueries<kDim>, kDim>;
  static constexpr int kBytes = 2 * Tile::kBytes + 2 * kQueries<kDim> * sizeof(float);
  Tile q, dout;
  float* logsumexp;  // [kQueries]
  float* delta;      // [kQueries]

  __device__ explicit Stage(unsigned char* shared)
      : q(shared),
        dout(shared + Tile::kBytes),
        logsumexp(reinterpret_cast<float*>(shared + 2 * Tile::kBytes)),
        delta(logsumexp + kQueries<kDim>) {}

  // Beyond the last query everything is zero, and so is what such a query adds.
  __device__ void LoadAsync(const AttentionShape& shape, const HeadPlace& place, const T* q_from,
                            const T* dout_from, const float* logsumexp_from,
                            const float* delta_from, int64_t query) const {
    const int head_dim = static_cast<int>(shape.head_dim);
    q.LoadAsync(q_from + place.q_at, place.q_stride, query, shape.queries, head_dim);
    dout.LoadAsync(dout_from + place.q_at, place.q_stride, query, shape.queries, head_dim);
    static_assert(2 * kQueries<kDim> <= kMmaThreads);
    const int i = threadIdx.x % kQueries<kDim>;
    const bool inside = query + i < shape.queries;
    const int64_t at = place.statistics_at + (inside ? query + i : 0);
    if (threadIdx.x < kQueries<kDim>) {
      CopyAsync4(logsumexp + i, logsumexp_from + at, inside);
    } else if (threadIdx.x < 2 * kQueries<kDim>) {
      CopyAsync4(delta + i, delta_from + at, inside);
    }
  }
};

// Turns scores into probabilities, and the gradients of probabilities into those of scores:
// ds = p (dp - delta). Rows are keys, columns queries; a query sees keys up to itself.
template <int kTiles>
__device__ void Probabilities(Sums<kTiles>& scores, Sums<kTiles>& dp, float scale2,
                              const float* logsumexp, const float* delta, int64_t warp_key,
                              int64_t query) {
  const int lane = threadIdx.x % 32;
#pragma unroll
  for (int n = 0; n < kTiles; ++n) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int row = lane / 4 + i / 2 * 8, column = n * 8 + lane % 4 * 2 + i % 2;
      const bool visible = warp_key + row <= query + column;
      const float p = Exp2(fmaf(scores.at[n][i], scale2, -logsumexp[column] * kLog2E));
      scores.at[n][i] = visible ? p : 0.0f;
      dp.at[n][i] = visible ? p * (dp.at[n][i] - delta[column]) : 0.0f;
    }
  }
}

// dk and dv of 64 keys of one key-value head, over the query tiles of all its query heads: grid
// (key tiles, key-value heads, batch).
template <typename T, int kDim>
__global__ void __launch_bounds__(kMmaThreads)
    KeyKernel(AttentionShape shape, float scale, const T* q, const T* k, const T* v, const T* dout,
              const float* logsumexp, const float* delta, T* dk, T* dv) {
  constexpr int kTileQueries = kQueries<kDim>;
  using KTile = MmaTile<T, kBlockRows, kDim>;
  extern __shared__ __align__(16) unsigned char shared[];
  const KTile k_tile(shared), v_tile(shared + KTile::kBytes);
  const auto stage_at = [&](int stage) {
    return Stage<T, kDim>(shared + 2 * KTile::kBytes + stage * Stage<T, kDim>::kBytes);
  };
  const int64_t b = blockIdx.z, group = shape.heads / shape.kv_heads;
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kBlockRows;
  const int head_dim = static_cast<int>(shape.head_dim);
  const int warp_row = threadIdx.x / 32 * kWarpRows;
  // Tile i: of query head i / tiles, queries that see the first key.
  const int64_t tiles = CeilDiv(shape.queries - first, kTileQueries);
  const auto load_queries = [&](int64_t i) {
    const HeadPlace place = PlaceOf(shape, b, blockIdx.y * group + i / tiles);
    stage_at(i % 2).LoadAsync(shape, place, q, dout, logsumexp, delta,
                              first + i % tiles * kTileQueries);
  };

  const HeadPlace place = PlaceOf(shape, b, blockIdx.y * group);
  k_tile.LoadAsync(k + place.kv_at, place.kv_stride, first, shape.keys, head_dim);
  v_tile.LoadAsync(v + place.kv_at, place.kv_stride, first, shape.keys, head_dim);
  load_queries(0);
  Sums<kDim / 8> dk_sums, dv_sums;
  for (int64_t i = 0; i < group * tiles; ++i) {
    WaitForCopies();
    __syncthreads();  // this stage is filled, and nobody reads the other any more
    if (i + 1 < group * tiles) load_queries(i + 1);
    const Stage<T, kDim> stage = stage_at(i % 2);
    Sums<kTileQueries / 8> p, ds;
    AddRowProducts(p, k_tile, warp_row, stage.q);
    AddRowProducts(ds, v_tile, warp_row, stage.dout);
    Probabilities(p, ds, scale * kLog2E, stage.logsumexp, stage.delta, first + warp_row,
                  first + i % tiles * kTileQueries);
    AddWeightedRows(dv_sums, p, stage.dout);
    AddWeightedRows(dk_sums, ds, stage.q);
  }
  StoreRows(dk + place.kv_at, place.kv_stride, first + warp_row, shape.keys, head_dim, dk_sums,
            scale, scale);
  StoreRows(dv + place.kv_at, place.kv_stride, first + warp_row, shape.keys, head_dim, dv_sums,
            1.0f, 1.0f);
}

template <typename T, int kDim>
void Launch(const AttentionBackwardArgs& args) {
  const AttentionShape& shape = args.shape;
  constexpr int kSharedBytes =
      2 * MmaTile<T, kBlockRows, kDim>::kBytes + 2 * Stage<T, kDim>::kBytes;
  const auto kernel = KeyKernel<T, kDim>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  const dim3 grid(CeilDiv(shape.keys, kBlockRows), shape.kv_heads, shape.batch);
  kernel<<<grid, kMmaThreads, kSharedBytes, ComputeStream()>>>(
      shape, args.scale, static_cast<const T*>(args.q), static_cast<const T*>(args.k),
      static_cast<const T*>(args.v), static_cast<const T*>(args.dout), args.logsumexp, args.delta,
      static_cast<T*>(args.dk), static_cast<T*>(args.dv));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void MmaAttentionBackwardKeys(const AttentionBackwardArgs& args) {
  MNEME_MMA_ATTENTION_SWITCH(args.dtype, args.shape.head_dim, T, kDim, (Launch<T, kDim>(args)));
}

}  // namespace mneme::cuda
