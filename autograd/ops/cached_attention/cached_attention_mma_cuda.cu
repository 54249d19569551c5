#include "autograd/ops/attention/attention_mma_softmax_cuda.h"
#include "autograd/ops/attention/attention_mma_tiles_cuda.h"
#include "autograd/ops/cached_attention/cached_attention_mma_cuda.h"
#include "runtime/core/cuda_check.h"

namespace mneme::cuda {
namespace {

// One tile of tokens and one head, as attention_mma_forward_cuda.cu does it, with keys and values
// read through the sequence's slots: grid (tiles, H).
template <typename T, int kDim>
__global__ void __launch_bounds__(kMmaThreads) TileKernel(CachedAttentionArgs args) {
  using QTile = MmaTile<T, kBlockRows, kDim>;
  using KTile = MmaTile<T, kKeys, kDim>;
  extern __shared__ __align__(16) unsigned char shared[];
  const QTile q_tile(shared);
  const auto k_tile = [&](int stage) {
    return KTile(shared + QTile::kBytes + stage * KTile::kBytes);
  };
  const auto v_tile = [&](int stage) { return k_tile(2 + stage); };
  const int head_dim = static_cast<int>(args.head_dim);
  const int64_t first = args.tile_begins[blockIdx.x];
  const int64_t count = args.tile_begins[blockIdx.x + 1] - first;
  const int64_t head = blockIdx.y, kv_head = head / (args.heads / args.kv_heads);
  const int64_t past = args.positions[first], end = past + count;  // keys that the tile sees
  const int64_t q_stride = args.heads * head_dim, kv_stride = args.kv_heads * head_dim;
  const int64_t q_at = first * q_stride + head * head_dim;
  const T* k_cache = static_cast<const T*>(args.k_cache) + kv_head * head_dim;
  const T* v_cache = static_cast<const T*>(args.v_cache) + kv_head * head_dim;
  const int32_t* slots = args.slots + args.slot_begins[first];
  const auto slot_at = [&](int64_t key) { return static_cast<int64_t>(slots[key]); };
  const auto load_keys = [&](int stage, int64_t key) {
    k_tile(stage).LoadAsync(k_cache, kv_stride, key, end, head_dim, slot_at);
    v_tile(stage).LoadAsync(v_cache, kv_stride, key, end, head_dim, slot_at);
  };

  q_tile.LoadAsync(static_cast<const T*>(args.q) + q_at, q_stride, 0, count, head_dim);
  load_keys(0, 0);
  const int warp_row = threadIdx.x / 32 * kWarpRows;
  TwoRowSoftmax softmax;
  Sums<kDim / 8> sums;
  int stage = 0;
  for (int64_t key = 0; key < end; key += kKeys, stage ^= 1) {
    WaitForCopies();
    __syncthreads();  // this stage is filled, and nobody reads the other any more
    if (key + kKeys < end) load_keys(stage ^ 1, key + kKeys);
    Sums<kScoreTiles> scores;
    AddRowProducts(scores, q_tile, warp_row, k_tile(stage));
    const int64_t last_key = past + warp_row;  // that the warp's first row sees
    if (key + kKeys - 1 > last_key) MaskScores(scores, last_key, key);
    float shrink[2];
    softmax.Add(scores, args.scale * kLog2E, shrink);
#pragma unroll
    for (auto& c : sums.at) {
      c[0] *= shrink[0], c[1] *= shrink[0], c[2] *= shrink[1], c[3] *= shrink[1];
    }
    AddWeightedRows(sums, scores, v_tile(stage));
  }
  const float sum[2] = {QuadSum(softmax.sum[0]), QuadSum(softmax.sum[1])};
  StoreRows(static_cast<T*>(args.out) + q_at, q_stride, warp_row, count, head_dim, sums,
            1.0f / sum[0], 1.0f / sum[1]);
}

template <typename T, int kDim>
void Launch(const CachedAttentionArgs& args) {
  constexpr int kSharedBytes =
      MmaTile<T, kBlockRows, kDim>::kBytes + 4 * MmaTile<T, kKeys, kDim>::kBytes;
  const auto kernel = TileKernel<T, kDim>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  const dim3 grid(static_cast<unsigned>(args.tiles), static_cast<unsigned>(args.heads));
  kernel<<<grid, kMmaThreads, kSharedBytes, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

bool PrefersTensorCores(const CachedAttentionArgs& args) {
  constexpr int64_t kLeastTokens = 4;  // of a tile, on average
  for (const void* x :
       {args.q, static_cast<const void*>(args.k_cache), static_cast<const void*>(args.v_cache)}) {
    if (reinterpret_cast<uintptr_t>(x) % 16 != 0) return false;
  }
  return args.dtype != DType::kF32 && args.head_dim % 8 == 0 &&
         args.tokens >= kLeastTokens * args.tiles;
}

void MmaCachedAttention(const CachedAttentionArgs& args) {
  MNEME_MMA_ATTENTION_SWITCH(args.dtype, args.head_dim, T, kDim, (Launch<T, kDim>(args)));
}

}  // namespace mneme::cuda
