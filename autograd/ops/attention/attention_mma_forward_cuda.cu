#include "autograd/ops/attention/attention_mma_cuda.h"
#include "autograd/ops/attention/attention_mma_softmax_cuda.h"
#include "autograd/ops/attention/attention_mma_tiles_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

// 64 queries of one head: grid (query tiles, heads, batch).
template <typename T, int kDim>
__global__ void __launch_bounds__(kMmaThreads)
    ForwardKernel(AttentionShape shape, float scale, const T* q, const T* k, const T* v, T* out,
                  float* logsumexp) {
  using QTile = MmaTile<T, kBlockRows, kDim>;
  using KTile = MmaTile<T, kKeys, kDim>;
  extern __shared__ __align__(16) unsigned char shared[];
  const QTile q_tile(shared);
  const auto k_tile = [&](int stage) {
    return KTile(shared + QTile::kBytes + stage * KTile::kBytes);
  };
  const auto v_tile = [&](int stage) { return k_tile(2 + stage); };
  const HeadPlace place = PlaceOf(shape, blockIdx.z, blockIdx.y);
  const int head_dim = static_cast<int>(shape.head_dim);
  const int64_t past = shape.keys - shape.queries;
  // Those with most keys first.
  const int64_t first = static_cast<int64_t>(gridDim.x - 1 - blockIdx.x) * kBlockRows;
  const int64_t end = min(past + first + kBlockRows, shape.keys);  // keys that the tile sees
  const int warp_row = threadIdx.x / 32 * kWarpRows;
  const auto load_keys = [&](int stage, int64_t key) {
    k_tile(stage).LoadAsync(k + place.kv_at, place.kv_stride, key, shape.keys, head_dim);
    v_tile(stage).LoadAsync(v + place.kv_at, place.kv_stride, key, shape.keys, head_dim);
  };

  q_tile.LoadAsync(q + place.q_at, place.q_stride, first, shape.queries, head_dim);
  load_keys(0, 0);
  TwoRowSoftmax softmax;
  Sums<kDim / 8> sums;
  int stage = 0;
  for (int64_t key = 0; key < end; key += kKeys, stage ^= 1) {
    WaitForCopies();
    __syncthreads();  // this stage is filled, and nobody reads the other any more
    if (key + kKeys < end) load_keys(stage ^ 1, key + kKeys);
    Sums<kScoreTiles> scores;
    AddRowProducts(scores, q_tile, warp_row, k_tile(stage));
    const int64_t last_key = past + first + warp_row;  // that the warp's first row sees
    if (key + kKeys - 1 > last_key) MaskScores(scores, last_key, key);
    float shrink[2];
    softmax.Add(scores, scale * kLog2E, shrink);
#pragma unroll
    for (auto& c : sums.at) {
      c[0] *= shrink[0], c[1] *= shrink[0], c[2] *= shrink[1], c[3] *= shrink[1];
    }
    AddWeightedRows(sums, scores, v_tile(stage));
  }

  const float sum[2] = {QuadSum(softmax.sum[0]), QuadSum(softmax.sum[1])};
  StoreRows(out + place.q_at, place.q_stride, first + warp_row, shape.queries, head_dim, sums,
            1.0f / sum[0], 1.0f / sum[1]);
  const int lane = threadIdx.x % 32;
  for (int r = 0; r < 2; ++r) {
    const int64_t query = first + warp_row + lane / 4 + r * 8;
    if (lane % 4 != 0 || query >= shape.queries) continue;
    logsumexp[place.statistics_at + query] = softmax.max[r] * scale + logf(sum[r]);
  }
}

template <typename T, int kDim>
void Launch(const AttentionForwardArgs& args) {
  const AttentionShape& shape = args.shape;
  constexpr int kSharedBytes =
      MmaTile<T, kBlockRows, kDim>::kBytes + 4 * MmaTile<T, kKeys, kDim>::kBytes;
  const auto kernel = ForwardKernel<T, kDim>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  const dim3 grid(CeilDiv(shape.queries, kBlockRows), shape.heads, shape.batch);
  kernel<<<grid, kMmaThreads, kSharedBytes, ComputeStream()>>>(
      shape, args.scale, static_cast<const T*>(args.q), static_cast<const T*>(args.k),
      static_cast<const T*>(args.v), static_cast<T*>(args.out), args.logsumexp);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void MmaAttentionForward(const AttentionForwardArgs& args) {
  MNEME_MMA_ATTENTION_SWITCH(args.dtype, args.shape.head_dim, T, kDim, (Launch<T, kDim>(args)));
}

}  // namespace mneme::cuda
