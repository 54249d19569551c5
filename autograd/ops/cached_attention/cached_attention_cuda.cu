#include <algorithm>
#include <bit>

#include "autograd/ops/attention/attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_mma_cuda.h"
#include "autograd/ops/rope/rope_pair.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kWarps = kThreads / kWarpThreads;
constexpr int kColumns = kWidePack;         // of a thread
constexpr int kTileKeys = 64;               // whose scores are in shared memory at a time
constexpr int kKeysInFlight = 4;            // that a thread reads before it uses the first of them
constexpr int64_t kWantedBlocks = 2 * 132;  // keep a large GPU busy

// How a token's keys are shared out to blocks, and what they leave to be put together.
struct Split {
  int64_t span;   // keys of a block: a multiple of kTileKeys
  int64_t parts;  // blocks for the longest sequence
  float* sums;    // [T, H, parts, d]: of e^(score - max) v; unused with one part
  float2* stats;  // [T, H, parts]: max and sum of e^(score - max)
};

// For each token and group of heads: how many of its parts are done. Back at 0 after every launch.
// There are several parts only where there are fewer groups than blocks wanted.
__device__ int done_parts[kWantedBlocks];

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// A pair of a token's q, k or v to a thread: grid (T, any).
template <typename T>
__global__ void RotateAndAppend(CachedAttentionArgs args, T* rotated_q) {
  LetNextBegin();
  const int64_t t = blockIdx.x;
  const int pairs = static_cast<int>(args.head_dim / 2);
  const int q_row = static_cast<int>(args.heads) * pairs;
  const int kv_row = static_cast<int>(args.kv_heads) * pairs;
  int i = static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x);
  if (i >= q_row + 2 * kv_row) return;
  const int64_t position = args.positions[t], slot = args.slots[args.slot_begins[t] + position];
  WaitForEarlierWork();
  using Pair = RopePair<T>;
  if (i >= q_row + kv_row) {
    i -= q_row + kv_row;
    static_cast<Pair*>(args.v_cache)[slot * kv_row + i] =
        static_cast<const Pair*>(args.v)[t * kv_row + i];
    return;
  }
  const float2 turn = reinterpret_cast<const float2*>(args.turns)[position * pairs + i % pairs];
  if (i < q_row) {
    reinterpret_cast<Pair*>(rotated_q)[t * q_row + i] =
        Rotated(static_cast<const Pair*>(args.q)[t * q_row + i], turn.x, turn.y);
  } else {
    i -= q_row;
    static_cast<Pair*>(args.k_cache)[slot * kv_row + i] =
        Rotated(static_cast<const Pair*>(args.k)[t * kv_row + i], turn.x, turn.y);
  }
}

// Columns first ... first + 7 of a row of d; zeros beyond it. kWhole: packs are aligned, and lie in
// the row or beyond it.
template <bool kWhole, typename T>
__device__ void LoadColumns(const T* row, int first, int d, float (&to)[kColumns]) {
  if (kWhole && first < d) return LoadPack(row + first, to);
#pragma unroll
  for (int k = 0; k < kColumns; ++k) {
    to[k] = !kWhole && first + k < d ? static_cast<float>(row[first + k]) : 0.0f;
  }
}

// Shared memory of a block: up to kGroup query heads of one key-value head, and a tile of keys.
template <int kGroup>
struct Shared {
  float p[kGroup][kTileKeys];  // scores, then e^(score - max)
  float max[kGroup], sum[kGroup], shrink[kGroup];
  int64_t row_at[kTileKeys];  // where the keys' rows begin, in elements
  float sums[kWarps][kGroup][kMaxHeadDim];
  bool is_last;
};

// The threads of a block: `lanes` of one warp, a power of two, share a key and have kColumns
// columns each.
struct Layout {
  int lanes;

  __device__ int keys() const { return kThreads / lanes; }  // at a time
  __device__ int key() const { return static_cast<int>(threadIdx.x) / lanes; }
  __device__ int first_column() const { return static_cast<int>(threadIdx.x) % lanes * kColumns; }
};

// Asks for the cache's row that this thread reads its part of first.
template <typename T>
__device__ void Prefetch(const T* row, int first_column) {
  asm volatile("prefetch.global.L2 [%0];" ::"l"(row + first_column));
}

// body(j, row) for this thread's keys j of a tile, of which row has its columns. Keys beyond
// `count` come too, with other keys' rows: all threads of a warp make the same calls.
template <bool kWhole, typename T, int kGroup, typename Body>
__device__ void ForKeys(const Shared<kGroup>& shared, Layout layout, const T* cache, int count,
                        int d, Body body) {
  for (int first = layout.key(); first - layout.key() < count;
       first += kKeysInFlight * layout.keys()) {
    float rows[kKeysInFlight][kColumns];
#pragma unroll
    for (int k = 0; k < kKeysInFlight; ++k) {
      const int j = min(first + k * layout.keys(), count - 1);
      LoadColumns<kWhole>(cache + shared.row_at[j], layout.first_column(), d, rows[k]);
    }
#pragma unroll
    for (int k = 0; k < kKeysInFlight; ++k) body(first + k * layout.keys(), rows[k]);
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

// out of `heads` heads of a token, from row first_row of [T, H] on, from their parts in order.
template <typename T>
__device__ void Combine(const CachedAttentionArgs& args, const Split& split, int64_t first_row,
                        int heads, int parts) {
  const int d = static_cast<int>(args.head_dim);
  for (int i = threadIdx.x; i < heads * d; i += kThreads) {
    const int64_t row = first_row + i / d;
    const float2* stats = split.stats + row * split.parts;
    const float* sums = split.sums + row * split.parts * d + i % d;
    float max = -INFINITY;
#pragma unroll 4
    for (int part = 0; part < parts; ++part) max = fmaxf(max, __ldcg(stats + part).x);
    float total = 0.0f, sum = 0.0f;
#pragma unroll 4
    for (int part = 0; part < parts; ++part) {
      const float2 of_part = __ldcg(stats + part);
      const float weight = expf(of_part.x - max);
      total += weight * of_part.y;
      sum += weight * __ldcg(sums + part * d);
    }
    static_cast<T*>(args.out)[row * d + i % d] = static_cast<T>(sum / total);
  }
}

// One token, up to kGroup query heads that share a key-value head, and one part of the keys: grid
// (T, KV * groups of a key-value head, parts). The last part that is done puts all together. args.q
// is rotated, and the cache holds the new tokens.
template <typename T, int kGroup, bool kWhole>
__global__ void __launch_bounds__(kThreads)
    AttendKernel(CachedAttentionArgs args, Split split, Layout layout) {
  __shared__ Shared<kGroup> shared;
  LetNextBegin();
  const int64_t t = blockIdx.x, keys = args.positions[t] + 1;
  const int64_t begin = blockIdx.z * split.span, end = min(begin + split.span, keys);
  if (begin >= end) return WaitForEarlierWork();
  const int kv_share = static_cast<int>(args.heads / args.kv_heads);  // heads of a key-value head
  const int groups = (kv_share + kGroup - 1) / kGroup;
  const int64_t kv_head = blockIdx.y / groups;
  const int first = static_cast<int>(blockIdx.y) % groups * kGroup;
  const int heads = min(kGroup, kv_share - first);
  const int64_t first_row = t * args.heads + kv_head * kv_share + first;  // of [T, H]
  const int d = static_cast<int>(args.head_dim);
  const int32_t* slots = args.slots + args.slot_begins[t];

  const T* k_cache = static_cast<const T*>(args.k_cache);
  const T* v_cache = static_cast<const T*>(args.v_cache);
  const auto find_rows = [&](int64_t key, int count) {
    for (int j = threadIdx.x; j < count; j += kThreads) {
      shared.row_at[j] = (slots[key + j] * args.kv_heads + kv_head) * d;
    }
    __syncthreads();
  };
  const auto count_from = [&](int64_t key) {
    return static_cast<int>(min(end - key, static_cast<int64_t>(kTileKeys)));
  };
  // Rows that the new tokens' keys will take are asked for too early, which does no harm.
  find_rows(begin, count_from(begin));
  for (int j = layout.key(); j < count_from(begin); j += layout.keys()) {
    if (layout.first_column() >= d) break;
    Prefetch(k_cache + shared.row_at[j], layout.first_column());
    Prefetch(v_cache + shared.row_at[j], layout.first_column());
  }
  WaitForEarlierWork();

  float q[kGroup][kColumns];
#pragma unroll
  for (int h = 0; h < kGroup; ++h) {
    const T* row = static_cast<const T*>(args.q) + (first_row + min(h, heads - 1)) * d;
    LoadColumns<kWhole>(row, layout.first_column(), d, q[h]);
  }
  if (threadIdx.x < kGroup) {
    shared.max[threadIdx.x] = -INFINITY;
    shared.sum[threadIdx.x] = 0.0f;
  }
  float sums[kGroup][kColumns] = {};
  for (int64_t key = begin; key < end; key += kTileKeys) {
    const int count = count_from(key);
    if (key > begin) {
      __syncthreads();  // the previous tile's readers are done
      find_rows(key, count);
    }
    ForKeys<kWhole>(shared, layout, k_cache, count, d, [&](int j, const float(&row)[kColumns]) {
#pragma unroll
      for (int h = 0; h < kGroup; ++h) {
        float dot = 0.0f;
#pragma unroll
        for (int k = 0; k < kColumns; ++k) dot = fmaf(q[h][k], row[k], dot);
        for (int mask = layout.lanes / 2; mask > 0; mask /= 2) {
          dot += __shfl_xor_sync(0xffffffffu, dot, mask);
        }
        if (layout.first_column() == 0 && j < count) {
          shared.p[h][j] = dot * args.scale;
        }
      }
    });
    __syncthreads();
    Softmax(shared, count);
    __syncthreads();
#pragma unroll
    for (int h = 0; h < kGroup; ++h) {
#pragma unroll
      for (int k = 0; k < kColumns; ++k) sums[h][k] *= shared.shrink[h];
    }
    ForKeys<kWhole>(shared, layout, v_cache, count, d, [&](int j, const float(&row)[kColumns]) {
      if (j >= count) return;
#pragma unroll
      for (int h = 0; h < kGroup; ++h) {
#pragma unroll
        for (int k = 0; k < kColumns; ++k) {
          sums[h][k] = fmaf(shared.p[h][j], row[k], sums[h][k]);
        }
      }
    });
  }

  // The sums of a warp's keys, then those of all warps.
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
#pragma unroll
  for (int h = 0; h < kGroup; ++h) {
#pragma unroll
    for (int k = 0; k < kColumns; ++k) {
      float sum = sums[h][k];
      for (int mask = kWarpThreads / 2; mask >= layout.lanes; mask /= 2) {
        sum += __shfl_xor_sync(0xffffffffu, sum, mask);
      }
      if (lane < layout.lanes) shared.sums[warp][h][layout.first_column() + k] = sum;
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < heads * d; i += kThreads) {
    const int h = i / d, c = i % d;
    float sum = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += shared.sums[w][h][c];
    const int64_t row = first_row + h;
    if (split.parts == 1) {
      static_cast<T*>(args.out)[row * d + c] = static_cast<T>(sum / shared.sum[h]);
      continue;
    }
    const int64_t part = row * split.parts + blockIdx.z;
    split.sums[part * d + c] = sum;
    if (c == 0) split.stats[part] = {shared.max[h], shared.sum[h]};
  }
  if (split.parts == 1) return;
  __threadfence();
  __syncthreads();
  const int parts = static_cast<int>((keys + split.span - 1) / split.span);
  if (threadIdx.x == 0) {
    int& done = done_parts[t * gridDim.y + blockIdx.y];
    shared.is_last = atomicAdd(&done, 1) == parts - 1;
    if (shared.is_last) done = 0;
  }
  __syncthreads();
  if (!shared.is_last) return;
  __threadfence();
  Combine<T>(args, split, first_row, heads, parts);
}

template <typename T, int kGroup>
void Attend(const CachedAttentionArgs& args) {
  const int64_t group_blocks = args.kv_heads * CeilDiv(args.heads / args.kv_heads, kGroup);
  const int64_t tiles = CeilDiv(args.end_position, kTileKeys);
  const int64_t wanted =
      std::clamp(kWantedBlocks / (args.tokens * group_blocks), static_cast<int64_t>(1), tiles);
  Split split = {.span = CeilDiv(tiles, wanted) * kTileKeys};
  split.parts = CeilDiv(args.end_position, split.span);
  const int64_t rows = split.parts > 1 ? args.tokens * args.heads * split.parts : 0;
  const Scratch sums(rows * args.head_dim * sizeof(float)), stats(rows * sizeof(float2));
  split.sums = sums.as<float>();
  split.stats = stats.as<float2>();
  const dim3 grid(static_cast<unsigned>(args.tokens), static_cast<unsigned>(group_blocks),
                  static_cast<unsigned>(split.parts));
  const Layout layout = {
      static_cast<int>(std::bit_ceil(static_cast<uint64_t>(CeilDiv(args.head_dim, kColumns))))};
  const bool is_whole = CanUsePacks(args.head_dim, {args.q, args.k_cache, args.v_cache});
  LaunchEarly(is_whole ? AttendKernel<T, kGroup, true> : AttendKernel<T, kGroup, false>, grid,
              kThreads, 0, args, split, layout);
}

template <typename T>
void CachedAttentionAs(CachedAttentionArgs args) {
  const Scratch rotated_q(args.tokens * args.heads * args.head_dim * sizeof(T));
  const int64_t pairs = (args.heads + 2 * args.kv_heads) * args.head_dim / 2;
  LaunchEarly(
      RotateAndAppend<T>,
      dim3(static_cast<unsigned>(args.tokens), static_cast<unsigned>(CeilDiv(pairs, kThreads))),
      kThreads, 0, args, rotated_q.as<T>());
  args.q = rotated_q.as<void>();
  if (PrefersTensorCores(args)) return MmaCachedAttention(args);
  const int64_t kv_share = args.heads / args.kv_heads;
  if (kv_share == 1) return Attend<T, 1>(args);
  if (kv_share == 2) return Attend<T, 2>(args);
  if (kv_share <= 4) return Attend<T, 4>(args);
  Attend<T, 8>(args);
}

}  // namespace

void CachedAttention(const CachedAttentionArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, CachedAttentionAs<T>(args));
}

}  // namespace mneme::cuda
