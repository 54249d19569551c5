#include "autograd/ops/attention/attention_plain_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

// Over the eight threads of a row; all get the same bits.
template <typename Op>
__device__ float RowReduce(float value, Op op) {
  for (int mask = kRowLanes / 2; mask > 0; mask /= 2) {
    value = op(value, __shfl_xor_sync(0xffffffffu, value, mask));
  }
  return value;
}

// Running maximum of a row's scores, and sum of e^(score - max).
struct OnlineSoftmax {
  float max = -INFINITY;
  float sum = 0.0f;

  // Takes a thread's share of a tile's scores, -infinity where the query must not look; leaves
  // e^(score - max) in their place. Returns what earlier sums are to be multiplied with.
  __device__ float Add(float (&scores)[kScores]) {
    float new_max = max;
    for (float score : scores) new_max = fmaxf(new_max, score);
    new_max = RowReduce(new_max, MaxOp());
    float tile_sum = 0.0f;
    for (float& score : scores) tile_sum += score = expf(score - new_max);
    const float shrink = expf(max - new_max);
    sum = sum * shrink + RowReduce(tile_sum, AddOp());
    max = new_max;
    return shrink;
  }
};

// One query tile of one head: grid (query tiles, heads, batch).
template <int kDim, typename T>
__global__ void ForwardKernel(AttentionShape shape, float scale, const T* q, const T* k, const T* v,
                              T* out, float* logsumexp) {
  extern __shared__ float shared[];
  const Tile<kDim> q_tile{shared}, k_tile{shared + Tile<kDim>::kFloats};
  const Tile<kDim> v_tile{shared + 2 * Tile<kDim>::kFloats};
  const ScoreTile p_tile{shared + 3 * Tile<kDim>::kFloats};
  const int64_t b = blockIdx.z, head = blockIdx.y;
  const int64_t kv_head = head / (shape.heads / shape.kv_heads);
  const int head_dim = static_cast<int>(shape.head_dim);
  const int64_t q_stride = shape.heads * head_dim, kv_stride = shape.kv_heads * head_dim;
  const int64_t q_at = HeadOffset(b, shape.queries, shape.heads, head, head_dim);
  const int64_t kv_at = HeadOffset(b, shape.keys, shape.kv_heads, kv_head, head_dim);
  // Those with most keys first.
  const int64_t first = static_cast<int64_t>(gridDim.x - 1 - blockIdx.x) * kTile;
  const int row = threadIdx.x / kRowLanes, lane = threadIdx.x % kRowLanes;
  const int64_t query = first + row;
  const int64_t past = shape.keys - shape.queries;

  LoadTile(q_tile, q + q_at, q_stride, first, shape.queries, head_dim);
  OnlineSoftmax softmax;
  float sums[kDim / kRowLanes] = {};
  const int64_t end = min(past + first + kTile, shape.keys);  // keys that the tile sees
  for (int64_t key = 0; key < end; key += kTile) {
    __syncthreads();
    LoadTile(k_tile, k + kv_at, kv_stride, key, shape.keys, head_dim);
    LoadTile(v_tile, v + kv_at, kv_stride, key, shape.keys, head_dim);
    __syncthreads();
    float scores[kScores];
    Dots(q_tile.Row(row), k_tile, lane, scores);
    for (int j = 0; j < kScores; ++j) {
      const bool visible = key + lane + kRowLanes * j <= past + query;
      scores[j] = visible ? scores[j] * scale : -INFINITY;
    }
    const float shrink = softmax.Add(scores);
    for (int j = 0; j < kScores; ++j) p_tile.Row(row)[lane + kRowLanes * j] = scores[j];
    __syncwarp();
    for (float& sum : sums) sum *= shrink;
    AddWeighted(p_tile.Row(row), v_tile, lane, sums);
  }
  StoreRow<kDim>(out + q_at, q_stride, query, shape.queries, head_dim, lane, 1.0f / softmax.sum,
                 sums);
  if (lane == 0 && query < shape.queries) {
    logsumexp[(b * shape.heads + head) * shape.queries + query] = softmax.max + logf(softmax.sum);
  }
}

template <int kDim, typename T>
void Launch(const AttentionForwardArgs& args) {
  const AttentionShape& shape = args.shape;
  constexpr int kSharedBytes = (3 * Tile<kDim>::kFloats + ScoreTile::kFloats) * sizeof(float);
  const auto kernel = ForwardKernel<kDim, T>;
  MNEME_CUDA_CHECK(
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes));
  const dim3 grid(CeilDiv(shape.queries, kTile), shape.heads, shape.batch);
  kernel<<<grid, kPlainThreads, kSharedBytes, ComputeStream()>>>(
      shape, args.scale, static_cast<const T*>(args.q), static_cast<const T*>(args.k),
      static_cast<const T*>(args.v), static_cast<T*>(args.out), args.logsumexp);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void PlainAttentionForward(const AttentionForwardArgs& args) {
  MNEME_PLAIN_ATTENTION_SWITCH(args.dtype, args.shape.head_dim, T, kDim, (Launch<kDim, T>(args)));
}

}  // namespace mneme::cuda
