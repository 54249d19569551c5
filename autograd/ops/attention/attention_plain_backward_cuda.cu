#include "autograd/ops/attention/attention_plain_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"

namespace mneme::cuda {
namespace {

template <typename T>
struct Inputs {
  const T *q, *k, *v, *dout;
  const float *logsumexp, *delta;
};

// One query tile of one head, over the key tiles: grid (query tiles, heads, batch).
template <int kDim, typename T>
__global__ void QueryKernel(AttentionShape shape, float scale, Inputs<T> in, T* dq) {
  extern __shared__ float shared[];
  const Tile<kDim> q_tile{shared}, dout_tile{shared + Tile<kDim>::kFloats};
  const Tile<kDim> k_tile{shared + 2 * Tile<kDim>::kFloats};
  const Tile<kDim> v_tile{shared + 3 * Tile<kDim>::kFloats};
  const ScoreTile ds_tile{shared + 4 * Tile<kDim>::kFloats};
  const int64_t b = blockIdx.z, head = blockIdx.y;
  const int64_t kv_head = head / (shape.heads / shape.kv_heads);
  const int head_dim = static_cast<int>(shape.head_dim);
  const int64_t q_stride = shape.heads * head_dim, kv_stride = shape.kv_heads * head_dim;
  const int64_t q_at = HeadOffset(b, shape.queries, shape.heads, head, head_dim);
  const int64_t kv_at = HeadOffset(b, shape.keys, shape.kv_heads, kv_head, head_dim);
  const int64_t first = static_cast<int64_t>(gridDim.x - 1 - blockIdx.x) * kTile;
  const int row = threadIdx.x / kRowLanes, lane = threadIdx.x % kRowLanes;
  const int64_t query = first + row;
  const int64_t statistic = (b * shape.heads + head) * shape.queries + query;
  const bool inside = query < shape.queries;
  const float logsumexp = inside ? in.logsumexp[statistic] : 0.0f;
  const float delta = inside ? in.delta[statistic] : 0.0f;

  LoadTile(q_tile, in.q + q_at, q_stride, first, shape.queries, head_dim);
  LoadTile(dout_tile, in.dout + q_at, q_stride, first, shape.queries, head_dim);
  float sums[kDim / kRowLanes] = {};
  for (int64_t key = 0; key < min(first + kTile, shape.keys); key += kTile) {
    __syncthreads();
    LoadTile(k_tile, in.k + kv_at, kv_stride, key, shape.keys, head_dim);
    LoadTile(v_tile, in.v + kv_at, kv_stride, key, shape.keys, head_dim);
    __syncthreads();
    float scores[kScores], dp[kScores];
    Dots(q_tile.Row(row), k_tile, lane, scores);
    Dots(dout_tile.Row(row), v_tile, lane, dp);
    for (int j = 0; j < kScores; ++j) {
      const bool visible = inside && key + lane + kRowLanes * j <= query;
      const float p = visible ? expf(scores[j] * scale - logsumexp) : 0.0f;
      ds_tile.Row(row)[lane + kRowLanes * j] = p * (dp[j] - delta);
    }
    __syncwarp();
    AddWeighted(ds_tile.Row(row), k_tile, lane, sums);
  }
  StoreRow<kDim>(dq + q_at, q_stride, query, shape.queries, head_dim, lane, scale, sums);
}

// One key tile of one key-value head, over the query tiles of all its query heads: grid (key
// tiles, key-value heads, batch).
template <int kDim, typename T>
__global__ void KeyKernel(AttentionShape shape, float scale, Inputs<T> in, T* dk, T* dv) {
  extern __shared__ float shared[];
  const Tile<kDim> k_tile{shared}, v_tile{shared + Tile<kDim>::kFloats};
  const Tile<kDim> q_tile{shared + 2 * Tile<kDim>::kFloats};
  const Tile<kDim> dout_tile{shared + 3 * Tile<kDim>::kFloats};
  const ScoreTile p_tile{shared + 4 * Tile<kDim>::kFloats};
  const ScoreTile ds_tile{shared + 4 * Tile<kDim>::kFloats + ScoreTile::kFloats};
  const int64_t b = blockIdx.z, kv_head = blockIdx.y, group = shape.heads / shape.kv_heads;
  const int head_dim = static_cast<int>(shape.head_dim);
  const int64_t q_stride = shape.heads * head_dim, kv_stride = shape.kv_heads * head_dim;
  const int64_t kv_at = HeadOffset(b, shape.keys, shape.kv_heads, kv_head, head_dim);
  const int64_t first = static_cast<int64_t>(blockIdx.x) * kTile;
  const int row = threadIdx.x / kRowLanes, lane = threadIdx.x % kRowLanes;
  const int64_t key = first + row;

  LoadTile(k_tile, in.k + kv_at, kv_stride, first, shape.keys, head_dim);
  LoadTile(v_tile, in.v + kv_at, kv_stride, first, shape.keys, head_dim);
  float dk_sums[kDim / kRowLanes] = {}, dv_sums[kDim / kRowLanes] = {};
  for (int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head) {
    const int64_t q_at = HeadOffset(b, shape.queries, shape.heads, head, head_dim);
    const int64_t statistics = (b * shape.heads + head) * shape.queries;
    for (int64_t begin = first; begin < shape.queries; begin += kTile) {
      __syncthreads();
      LoadTile(q_tile, in.q + q_at, q_stride, begin, shape.queries, head_dim);
      LoadTile(dout_tile, in.dout + q_at, q_stride, begin, shape.queries, head_dim);
      __syncthreads();
      float scores[kScores], dp[kScores];
      Dots(k_tile.Row(row), q_tile, lane, scores);
      Dots(v_tile.Row(row), dout_tile, lane, dp);
      for (int j = 0; j < kScores; ++j) {
        const int64_t query = begin + lane + kRowLanes * j;
        float p = 0.0f, ds = 0.0f;
        if (query < shape.queries && key <= query) {
          p = expf(scores[j] * scale - in.logsumexp[statistics + query]);
          ds = p * (dp[j] - in.delta[statistics + query]);
        }
        p_tile.Row(row)[lane + kRowLanes * j] = p;
        ds_tile.Row(row)[lane + kRowLanes * j] = ds;
      }
      __syncwarp();
      AddWeighted(p_tile.Row(row), dout_tile, lane, dv_sums);
      AddWeighted(ds_tile.Row(row), q_tile, lane, dk_sums);
    }
  }
  StoreRow<kDim>(dk + kv_at, kv_stride, key, shape.keys, head_dim, lane, scale, dk_sums);
  StoreRow<kDim>(dv + kv_at, kv_stride, key, shape.keys, head_dim, lane, 1.0f, dv_sums);
}

template <int kDim, typename T>
void Launch(const AttentionBackwardArgs& args) {
  const AttentionShape& shape = args.shape;
  const Inputs<T> in = {static_cast<const T*>(args.q),
                        static_cast<const T*>(args.k),
                        static_cast<const T*>(args.v),
                        static_cast<const T*>(args.dout),
                        args.logsumexp,
                        args.delta};
  constexpr int kSharedBytes = (4 * Tile<kDim>::kFloats + 2 * ScoreTile::kFloats) * sizeof(float);
  const unsigned tiles = static_cast<unsigned>(CeilDiv(shape.queries, kTile));

  const auto query_kernel = QueryKernel<kDim, T>;
  MNEME_CUDA_CHECK(cudaFuncSetAttribute(query_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        kSharedBytes));
  query_kernel<<<dim3(tiles, shape.heads, shape.batch), kPlainThreads, kSharedBytes,
                 ComputeStream()>>>(shape, args.scale, in, static_cast<T*>(args.dq));
  MNEME_CUDA_CHECK_LAUNCH();

  const auto key_kernel = KeyKernel<kDim, T>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(key_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  key_kernel<<<dim3(tiles, shape.kv_heads, shape.batch), kPlainThreads, kSharedBytes,
               ComputeStream()>>>(shape, args.scale, in, static_cast<T*>(args.dk),
                                  static_cast<T*>(args.dv));
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void PlainAttentionBackward(const AttentionBackwardArgs& args) {
  MNEME_PLAIN_ATTENTION_SWITCH(args.dtype, args.shape.head_dim, T, kDim, (Launch<kDim, T>(args)));
}

}  // namespace mneme::cuda
