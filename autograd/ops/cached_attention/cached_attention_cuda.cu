#include <algorithm>

#include "autograd/ops/attention/attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_mma_cuda.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarpThreads;
constexpr int kTileKeys = 128;  // whose scores are in shared memory at a time
constexpr int kLaneColumns = static_cast<int>(kMaxHeadDim) / kWarpThreads;
constexpr int64_t kWantedBlocks = 2 * 132;  // keep a large GPU busy

// How a token's keys are shared out to blocks, and what they leave to be put together.
struct Split {
  int64_t span;   // keys of a block: a multiple of kTileKeys
  int64_t parts;  // blocks for the longest sequence
  float* sums;    // [T, H, parts, d]: of e^(score - max) v; unused with one part
  float2* stats;  // [T, H, parts]: max and sum of e^(score - max)
};

template <typename T>
__global__ void AppendKernel(CachedAttentionArgs args) {
  const int64_t row = args.kv_heads * args.head_dim;
  for (int64_t i = FirstIndex(); i < args.tokens * row; i += IndexStride()) {
    const int64_t t = i / row;
    const int64_t slot = args.slots[args.slot_begins[t] + args.positions[t]];
    static_cast<T*>(args.k_cache)[slot * row + i % row] = static_cast<const T*>(args.k)[i];
    static_cast<T*>(args.v_cache)[slot * row + i % row] = static_cast<const T*>(args.v)[i];
  }
}

// Shared memory of a block: up to kGroup query heads of one key-value head, and a tile of keys.
template <int kGroup>
struct Shared {
  float q[kGroup][kMaxHeadDim];  // scaled; zeros beyond the heads and columns there are
  float p[kGroup][kTileKeys];    // scores, then e^(score - max)
  float max[kGroup], sum[kGroup], shrink[kGroup];
  int64_t row_at[kTileKeys];  // where the keys' rows begin, in elements
  float reduced[kThreads];
};

// p[h][j] = q[h] . the key at row_at[j]: a warp to a key.
template <typename T, int kGroup>
__device__ void Scores(Shared<kGroup>& shared, const T* k_cache, int keys, int head_dim) {
  const int lane = threadIdx.x % kWarpThreads;
#pragma unroll 4
  for (int j = threadIdx.x / kWarpThreads; j < keys; j += kWarps) {
    const T* key = k_cache + shared.row_at[j];
    float x[kLaneColumns];
#pragma unroll
    for (int i = 0; i < kLaneColumns; ++i) {
      const int c = lane + kWarpThreads * i;
      x[i] = c < head_dim ? static_cast<float>(key[c]) : 0.0f;
    }
#pragma unroll
    for (int h = 0; h < kGroup; ++h) {
      float dot = 0.0f;
#pragma unroll
      for (int i = 0; i < kLaneColumns; ++i) dot += x[i] * shared.q[h][lane + kWarpThreads * i];
      dot = WarpReduce(dot, AddOp());
      if (lane == 0) shared.p[h][j] = dot;
    }
  }
}

// Turns a tile's scores into e^(score - max) with the maximum so far: a warp to a head.
template <int kGroup>
__device__ void Softmax(Shared<kGroup>& shared, int keys) {
  const int lane = threadIdx.x % kWarpThreads;
  for (int h = threadIdx.x / kWarpThreads; h < kGroup; h += kWarps) {
    float max = shared.max[h];
    for (int j = lane; j < keys; j += kWarpThreads) max = fmaxf(max, shared.p[h][j]);
    max = WarpReduce(max, MaxOp());
    float sum = 0.0f;
    for (int j = lane; j < keys; j += kWarpThreads) {
      sum += shared.p[h][j] = expf(shared.p[h][j] - max);
    }
    sum = WarpReduce(sum, AddOp());
    if (lane != 0) continue;
    const float shrink = expf(shared.max[h] - max);
    shared.max[h] = max;
    shared.sum[h] = shared.sum[h] * shrink + sum;
    shared.shrink[h] = shrink;
  }
}

// One token, up to kGroup query heads that share a key-value head, and one part of the keys: grid
// (T, KV * groups of a key-value head, parts).
template <typename T, int kGroup>
__global__ void __launch_bounds__(kThreads) AttendKernel(CachedAttentionArgs args, Split split) {
  __shared__ Shared<kGroup> shared;
  const int64_t t = blockIdx.x, keys = args.positions[t] + 1;
  const int64_t begin = blockIdx.z * split.span, end = min(begin + split.span, keys);
  if (begin >= end) return;
  const int kv_share = static_cast<int>(args.heads / args.kv_heads);  // heads of a key-value head
  const int groups = (kv_share + kGroup - 1) / kGroup;
  const int64_t kv_head = blockIdx.y / groups;
  const int first = static_cast<int>(blockIdx.y) % groups * kGroup;
  const int heads = min(kGroup, kv_share - first);
  const int64_t head = kv_head * kv_share + first;
  const int d = static_cast<int>(args.head_dim);
  const int32_t* slots = args.slots + args.slot_begins[t];

  for (int i = threadIdx.x; i < kGroup * static_cast<int>(kMaxHeadDim); i += kThreads) {
    const int h = i / static_cast<int>(kMaxHeadDim), c = i % static_cast<int>(kMaxHeadDim);
    const bool inside = h < heads && c < d;
    const T* q = static_cast<const T*>(args.q) + (t * args.heads + head) * d;
    shared.q[h][c] = inside ? static_cast<float>(q[h * d + c]) * args.scale : 0.0f;
  }
  if (threadIdx.x < kGroup) {
    shared.max[threadIdx.x] = -INFINITY;
    shared.sum[threadIdx.x] = 0.0f;
  }
  // For the sums over values, a thread has a column and every `lanes`-th key.
  const int columns = d <= 32 ? 32 : d <= 64 ? 64 : 128, lanes = kThreads / columns;
  const int c = threadIdx.x % columns, lane = threadIdx.x / columns;
  const T* values = static_cast<const T*>(args.v_cache) + min(c, d - 1);
  float sums[kGroup] = {};
  for (int64_t key = begin; key < end; key += kTileKeys) {
    const int count = static_cast<int>(min(end - key, static_cast<int64_t>(kTileKeys)));
    __syncthreads();  // the previous tile's readers are done
    for (int j = threadIdx.x; j < count; j += kThreads) {
      shared.row_at[j] = (slots[key + j] * args.kv_heads + kv_head) * d;
    }
    __syncthreads();
    Scores(shared, static_cast<const T*>(args.k_cache), count, d);
    __syncthreads();
    Softmax(shared, count);
    __syncthreads();
#pragma unroll
    for (int h = 0; h < kGroup; ++h) sums[h] *= shared.shrink[h];
#pragma unroll 8
    for (int j = lane; j < count; j += lanes) {
      const float value = static_cast<float>(values[shared.row_at[j]]);
#pragma unroll
      for (int h = 0; h < kGroup; ++h) sums[h] += shared.p[h][j] * value;
    }
  }

#pragma unroll
  for (int h = 0; h < kGroup; ++h) {
    __syncthreads();
    shared.reduced[threadIdx.x] = sums[h];
    __syncthreads();
    if (h >= heads || lane != 0 || c >= d) continue;
    float sum = 0.0f;
    for (int i = 0; i < lanes; ++i) sum += shared.reduced[i * columns + c];
    const int64_t row = t * args.heads + head + h;
    if (split.parts == 1) {
      static_cast<T*>(args.out)[row * d + c] = static_cast<T>(sum / shared.sum[h]);
      continue;
    }
    const int64_t part = row * split.parts + blockIdx.z;
    split.sums[part * d + c] = sum;
    if (c == 0) split.stats[part] = {shared.max[h], shared.sum[h]};
  }
}

// out from the parts, in their order: a block for each token and head, a thread for each column.
template <typename T>
__global__ void CombineKernel(CachedAttentionArgs args, Split split) {
  const int64_t row = blockIdx.x, d = args.head_dim, c = threadIdx.x;
  const int64_t keys = args.positions[row / args.heads] + 1;
  const int64_t parts = (keys + split.span - 1) / split.span;
  if (c >= d) return;
  const float2* stats = split.stats + row * split.parts;
  float max = -INFINITY;
  for (int64_t i = 0; i < parts; ++i) max = fmaxf(max, stats[i].x);
  float total = 0.0f, sum = 0.0f;
  for (int64_t i = 0; i < parts; ++i) {
    const float weight = expf(stats[i].x - max);
    total += weight * stats[i].y;
    sum += weight * split.sums[(row * split.parts + i) * d + c];
  }
  static_cast<T*>(args.out)[row * d + c] = static_cast<T>(sum / total);
}

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

template <typename T, int kGroup>
void Attend(const CachedAttentionArgs& args) {
  const int64_t group_blocks = args.kv_heads * CeilDiv(args.heads / args.kv_heads, kGroup);
  const int64_t tiles = CeilDiv(args.end_position, kTileKeys);
  const int64_t wanted = std::clamp(CeilDiv(kWantedBlocks, args.tokens * group_blocks),
                                    static_cast<int64_t>(1), tiles);
  Split split = {.span = CeilDiv(tiles, wanted) * kTileKeys};
  split.parts = CeilDiv(args.end_position, split.span);
  const int64_t rows = split.parts > 1 ? args.tokens * args.heads * split.parts : 0;
  const Scratch sums(rows * args.head_dim * sizeof(float)), stats(rows * sizeof(float2));
  split.sums = sums.as<float>();
  split.stats = stats.as<float2>();
  const dim3 grid(static_cast<unsigned>(args.tokens), static_cast<unsigned>(group_blocks),
                  static_cast<unsigned>(split.parts));
  AttendKernel<T, kGroup><<<grid, kThreads, 0, ComputeStream()>>>(args, split);
  MNEME_CUDA_CHECK_LAUNCH();
  if (split.parts == 1) return;
  CombineKernel<T>
      <<<static_cast<unsigned>(args.tokens * args.heads), kThreads, 0, ComputeStream()>>>(args,
                                                                                          split);
  MNEME_CUDA_CHECK_LAUNCH();
}

template <typename T>
void AppendAndAttend(const CachedAttentionArgs& args) {
  const int64_t elements = args.tokens * args.kv_heads * args.head_dim;
  AppendKernel<T><<<GridBlocks(elements), kBlockThreads, 0, ComputeStream()>>>(args);
  MNEME_CUDA_CHECK_LAUNCH();
  if (PrefersTensorCores(args)) return MmaCachedAttention(args);
  const int64_t kv_share = args.heads / args.kv_heads;
  if (kv_share == 1) return Attend<T, 1>(args);
  if (kv_share == 2) return Attend<T, 2>(args);
  if (kv_share <= 4) return Attend<T, 4>(args);
  Attend<T, 8>(args);
}

}  // namespace

void CachedAttention(const CachedAttentionArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, AppendAndAttend<T>(args));
}

}  // namespace mneme::cuda
