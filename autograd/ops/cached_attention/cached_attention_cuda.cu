#include <algorithm>
#include <bit>
#include <type_traits>

#include "autograd/ops/attention/attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_kernels.h"
#include "autograd/ops/cached_attention/cached_attention_mma_cuda.h"
#include "autograd/ops/rope/rope_pair.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int kThreads = 256;
constexpr float kLog2E = 1.44269504f;  // e^x = 2^(kLog2E x), which has an instruction
constexpr int kColumns = kWidePack;    // of a thread
constexpr int64_t kLeastSpan = 512;    // keys: putting parts together costs as much
constexpr int64_t kSpanStep = 64;
constexpr int64_t kWantedBlocks = 2 * 132;  // keep a large GPU busy

// How a token's keys are shared out to blocks, and what they leave to be put together.
struct Split {
  int64_t span;   // keys of a block
  int64_t parts;  // blocks for the longest sequence
  float* sums;    // [T, H, parts, d]: of 2^(score - max) v; unused with one part
  float2* stats;  // [T, H, parts]: the max, and the sum of 2^(score - max)
};

// For each token and group of heads: how many of its parts are done. Back at 0 after every launch.
// There are several parts only where there are fewer groups than blocks wanted.
__device__ int done_parts[kWantedBlocks];

// Pair i of `heads` heads of token t, rotated to its position.
template <typename T>
__device__ RopePair<T> RotatedPair(const CachedAttentionArgs& args, const void* x, int64_t heads,
                                   int64_t t, int64_t position, int i) {
  const int pairs = static_cast<int>(args.head_dim / 2);
  const float2 turn = reinterpret_cast<const float2*>(args.turns)[position * pairs + i % pairs];
  return Rotated(static_cast<const RopePair<T>*>(x)[t * heads * pairs + i], turn.x, turn.y);
}

template <typename T>
struct KeyValuePair {
  RopePair<T> key, value;
};

// Pair i of token t's keys and values, into row `slot` of the cache.
template <typename T>
__device__ KeyValuePair<T> AppendPair(const CachedAttentionArgs& args, int64_t t, int64_t position,
                                      int64_t slot, int i) {
  const int64_t row = args.kv_heads * args.head_dim / 2;
  const KeyValuePair<T> pair = {RotatedPair<T>(args, args.k, args.kv_heads, t, position, i),
                                static_cast<const RopePair<T>*>(args.v)[t * row + i]};
  static_cast<RopePair<T>*>(args.k_cache)[slot * row + i] = pair.key;
  static_cast<RopePair<T>*>(args.v_cache)[slot * row + i] = pair.value;
  return pair;
}

// All tokens into the cache, and their rotated queries to rotated_q: grid (T, any).
template <typename T>
__global__ void RotateAndAppend(CachedAttentionArgs args, T* rotated_q) {
  const int64_t t = blockIdx.x, position = args.positions[t];
  const int q_row = static_cast<int>(args.heads * args.head_dim / 2);
  const int kv_row = static_cast<int>(args.kv_heads * args.head_dim / 2);
  const int i = static_cast<int>(blockIdx.y * blockDim.x + threadIdx.x);
  if (i < q_row) {
    reinterpret_cast<RopePair<T>*>(rotated_q)[t * q_row + i] =
        RotatedPair<T>(args, args.q, args.heads, t, position, i);
  } else if (i < q_row + kv_row) {
    AppendPair<T>(args, t, position, args.slots[args.slot_begins[t] + position], i - q_row);
  }
}

// A thread's columns of a row.
template <typename T>
using Columns = Pack<T, kColumns>;

// Columns first ... first + 7 of a row of d; zeros beyond it. kWhole: packs are aligned, and lie in
// the row or beyond it.
template <bool kWhole, typename T>
__device__ Columns<T> LoadColumns(const T* row, int first, int d) {
  if (kWhole && first < d) return *reinterpret_cast<const Columns<T>*>(row + first);
  Columns<T> columns;
#pragma unroll
  for (int k = 0; k < kColumns; ++k) {
    columns.elements[k] = !kWhole && first + k < d ? row[first + k] : static_cast<T>(0.0f);
  }
  return columns;
}

// The threads of a block: `lanes` of one warp, a power of two, share a key and have kColumns
// columns each.
struct Layout {
  int lanes;
  int keys;  // at a time

  __device__ int key() const { return static_cast<int>(threadIdx.x) / lanes; }
  __device__ int first_column() const { return static_cast<int>(threadIdx.x) % lanes * kColumns; }
};

// What a thread has of one head: its columns of the sum of 2^(score - max) v over the keys that
// came its way, and of 2^(score - max) alone.
struct HeadSum {
  float max = -1e30f;  // below every score
  float total = 0.0f;
  float columns[kColumns] = {};

  // The sums that were relative to `max` become relative to new_max.
  __device__ void Rescale(float new_max) {
    const float shrink = exp2f(max - new_max);
    max = new_max;
    total *= shrink;
#pragma unroll
    for (int k = 0; k < kColumns; ++k) columns[k] *= shrink;
  }

  // Adds what the threads `mask` lanes away have.
  __device__ void AddFrom(int mask) {
    constexpr unsigned kAll = 0xffffffffu;
    Rescale(fmaxf(max, __shfl_xor_sync(kAll, max, mask)));
    total += __shfl_xor_sync(kAll, total, mask);
#pragma unroll
    for (int k = 0; k < kColumns; ++k) columns[k] += __shfl_xor_sync(kAll, columns[k], mask);
  }
};

// out of `heads` heads of a token, from row first_row of [T, H] on, from their parts in order.
template <typename T>
__device__ void Combine(const CachedAttentionArgs& args, const Split& split, int64_t first_row,
                        int heads, int parts) {
  const int d = static_cast<int>(args.head_dim);
  for (int i = threadIdx.x; i < heads * d; i += blockDim.x) {
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
      const float weight = exp2f(of_part.x - max);
      total += weight * of_part.y;
      sum += weight * __ldcg(sums + part * d);
    }
    static_cast<T*>(args.out)[row * d + i % d] = static_cast<T>(sum / total);
  }
}

// Threads of a block, and keys that each of them reads before it uses the first.
template <int kBlockThreads, int kThreadKeys>
struct BlockShape {
  static constexpr int kThreads = kBlockThreads, kInFlight = kThreadKeys;
};

// One token, up to kGroup query heads that share a key-value head, and one part of the keys: grid
// (T, KV * groups of a key-value head, parts). The last part that is done puts all together.
// is_alone: no token sees another new one, and each is still to be rotated and appended; else
// RotateAndAppend has done it.
template <typename T, int kGroup, bool kWhole, typename Block>
__global__ void __launch_bounds__(Block::kThreads)
    AttendKernel(const __grid_constant__ CachedAttentionArgs args,
                 const __grid_constant__ Split split, Layout layout, bool is_alone) {
  constexpr int kThreads = Block::kThreads, kInFlight = Block::kInFlight;
  constexpr int kWarps = kThreads / kWarpThreads;
  __shared__ float shared_q[kGroup][kMaxHeadDim];
  __shared__ float shared_sums[kWarps][kGroup][kMaxHeadDim];
  __shared__ float2 shared_stats[kWarps][kGroup];  // max, total
  __shared__ __align__(16) T new_key[kMaxHeadDim], new_value[kMaxHeadDim];
  __shared__ bool is_last;
  LetNextBegin();
  const int64_t t = blockIdx.x, position = args.positions[t], keys = position + 1;
  const int64_t begin = blockIdx.z * split.span, end = min(begin + split.span, keys);
  if (begin >= end) return WaitForEarlierWork();
  const int kv_share = static_cast<int>(args.heads / args.kv_heads);  // heads of a key-value head
  const int groups = CeilDiv(kv_share, kGroup);
  const int64_t kv_head = blockIdx.y / groups;
  const int first = static_cast<int>(blockIdx.y) % groups * kGroup;
  const int heads = min(kGroup, kv_share - first);
  const int64_t first_row = t * args.heads + kv_head * kv_share + first;  // of [T, H]
  const int d = static_cast<int>(args.head_dim), pairs = d / 2;
  const int32_t* slots = args.slots + args.slot_begins[t];
  const T* k_cache = static_cast<const T*>(args.k_cache);
  const T* v_cache = static_cast<const T*>(args.v_cache);

  // A new token that is alone comes last. The keys before it have been in the cache since before
  // the chain of kernels that this one is part of, so they are read before the kernel ahead has
  // ended.
  const bool has_new = is_alone && end == keys;
  const int64_t old_end = has_new ? end - 1 : end;
  Columns<T> key_row[kInFlight], value_row[kInFlight];
  // This thread's share of the keys from first_key on; those beyond the last repeat it.
  const auto load = [&](int64_t first_key) {
#pragma unroll
    for (int k = 0; k < kInFlight; ++k) {
      const int64_t key = min(first_key + layout.key() + k * layout.keys, old_end - 1);
      const int64_t at = (static_cast<int64_t>(slots[key]) * args.kv_heads + kv_head) * d;
      key_row[k] = LoadColumns<kWhole>(k_cache + at, layout.first_column(), d);
      value_row[k] = LoadColumns<kWhole>(v_cache + at, layout.first_column(), d);
    }
  };
  if (is_alone && begin < old_end) load(begin);
  const int64_t new_slot = slots[end - 1];
  const float scale = args.scale * kLog2E;
  WaitForEarlierWork();
  if (!is_alone) load(begin);

  const int q_pairs = heads * pairs, new_pairs = has_new ? pairs : 0;
  for (int i = threadIdx.x; i < q_pairs + new_pairs; i += kThreads) {
    if (i < q_pairs) {
      const int at = static_cast<int>(first_row - t * args.heads) * pairs + i;  // of the token
      const RopePair<T> q =
          is_alone ? RotatedPair<T>(args, args.q, args.heads, t, position, at)
                   : static_cast<const RopePair<T>*>(args.q)[t * args.heads * pairs + at];
      shared_q[i / pairs][2 * (i % pairs)] = static_cast<float>(q.a) * scale;
      shared_q[i / pairs][2 * (i % pairs) + 1] = static_cast<float>(q.b) * scale;
    } else {
      const int of_token = static_cast<int>(kv_head) * pairs + i - q_pairs;
      const auto [key, value] = AppendPair<T>(args, t, position, new_slot, of_token);
      reinterpret_cast<RopePair<T>*>(new_key)[i - q_pairs] = key;
      reinterpret_cast<RopePair<T>*>(new_value)[i - q_pairs] = value;
    }
  }
  __syncthreads();
  float q[kGroup][kColumns];
#pragma unroll
  for (int h = 0; h < kGroup; ++h) {
#pragma unroll
    for (int k = 0; k < kColumns; ++k) {
      const int c = layout.first_column() + k;
      q[h][k] = h < heads && c < d ? shared_q[h][c] : 0.0f;
    }
  }

  HeadSum sums[kGroup];
  // Takes the keys of the first kCount of key_row, where `is_key` holds.
  const auto take = [&]<int kCount>(std::integral_constant<int, kCount>, const auto& is_key) {
#pragma unroll
    for (int h = 0; h < kGroup; ++h) {
      float score[kCount] = {}, max = sums[h].max;
#pragma unroll
      for (int k = 0; k < kCount; ++k) {
        float key[kColumns];
        Unpack(key_row[k], key);
#pragma unroll
        for (int c = 0; c < kColumns; ++c) score[k] = fmaf(q[h][c], key[c], score[k]);
      }
      for (int mask = layout.lanes / 2; mask > 0; mask /= 2) {
#pragma unroll
        for (int k = 0; k < kCount; ++k) score[k] += __shfl_xor_sync(0xffffffffu, score[k], mask);
      }
#pragma unroll
      for (int k = 0; k < kCount; ++k) {
        if (!is_key(k)) score[k] = -INFINITY;
        max = fmaxf(max, score[k]);
      }
      sums[h].Rescale(max);
#pragma unroll
      for (int k = 0; k < kCount; ++k) {
        const float weight = exp2f(score[k] - max);
        float value[kColumns];
        Unpack(value_row[k], value);
        sums[h].total += weight;
#pragma unroll
        for (int c = 0; c < kColumns; ++c) {
          sums[h].columns[c] = fmaf(weight, value[c], sums[h].columns[c]);
        }
      }
    }
  };
  const int64_t step = kInFlight * layout.keys;
  for (int64_t first_key = begin; first_key < old_end; first_key += step) {
    take(std::integral_constant<int, kInFlight>(),
         [&](int k) { return first_key + layout.key() + k * layout.keys < old_end; });
    if (first_key + step < old_end) load(first_key + step);
  }
  if (has_new && threadIdx.x < kWarpThreads) {
    key_row[0] = LoadColumns<kWhole>(new_key, layout.first_column(), d);
    value_row[0] = LoadColumns<kWhole>(new_value, layout.first_column(), d);
    take(std::integral_constant<int, 1>(), [&](int) { return layout.key() == 0; });
  }

  // A warp's keys together, then those of all warps.
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
#pragma unroll
  for (int h = 0; h < kGroup; ++h) {
    for (int mask = kWarpThreads / 2; mask >= layout.lanes; mask /= 2) sums[h].AddFrom(mask);
    if (lane >= layout.lanes) continue;
    if (lane == 0) shared_stats[warp][h] = {sums[h].max, sums[h].total};
#pragma unroll
    for (int k = 0; k < kColumns; ++k) {
      shared_sums[warp][h][layout.first_column() + k] = sums[h].columns[k];
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < heads * d; i += kThreads) {
    const int h = i / d, c = i % d;
    float max = shared_stats[0][h].x, total = 0.0f, sum = 0.0f;
#pragma unroll
    for (int w = 1; w < kWarps; ++w) max = fmaxf(max, shared_stats[w][h].x);
#pragma unroll
    for (int w = 0; w < kWarps; ++w) {
      const float weight = exp2f(shared_stats[w][h].x - max);
      total += weight * shared_stats[w][h].y;
      sum += weight * shared_sums[w][h][c];
    }
    const int64_t row = first_row + h;
    if (split.parts == 1) {
      static_cast<T*>(args.out)[row * d + c] = static_cast<T>(sum / total);
      continue;
    }
    const int64_t part = row * split.parts + blockIdx.z;
    split.sums[part * d + c] = sum;
    if (c == 0) split.stats[part] = {max, total};
  }
  if (split.parts == 1) return;
  __threadfence();
  __syncthreads();
  const int parts = static_cast<int>(CeilDiv(keys, split.span));
  if (threadIdx.x == 0) {
    int& done = done_parts[t * gridDim.y + blockIdx.y];
    is_last = atomicAdd(&done, 1) == parts - 1;
    if (is_last) done = 0;
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  Combine<T>(args, split, first_row, heads, parts);
}

// Whether a large GPU has a processor for each head of each token: then heads need not share what
// they read.
bool AreFew(const CachedAttentionArgs& args) {
  return args.tokens * args.heads <= kWantedBlocks / 2;
}

template <typename T, int kGroup>
void Attend(const CachedAttentionArgs& args, bool is_alone) {
  const int64_t group_blocks = args.kv_heads * CeilDiv(args.heads / args.kv_heads, kGroup);
  const int64_t wanted =
      std::clamp(kWantedBlocks / (args.tokens * group_blocks), static_cast<int64_t>(1),
                 CeilDiv(args.end_position, kLeastSpan));
  Split split = {.span = CeilDiv(CeilDiv(args.end_position, wanted), kSpanStep) * kSpanStep};
  split.parts = CeilDiv(args.end_position, split.span);
  const int64_t rows = split.parts > 1 ? args.tokens * args.heads * split.parts : 0;
  const Scratch sums(rows * args.head_dim * sizeof(float)), stats(rows * sizeof(float2));
  split.sums = sums.as<float>();
  split.stats = stats.as<float2>();
  const dim3 grid(static_cast<unsigned>(args.tokens), static_cast<unsigned>(group_blocks),
                  static_cast<unsigned>(split.parts));
  const int lanes =
      static_cast<int>(std::bit_ceil(static_cast<uint64_t>(CeilDiv(args.head_dim, kColumns))));
  const bool is_whole = CanUsePacks(args.head_dim, {args.q, args.k_cache, args.v_cache});
  const auto launch = [&]<typename Block>(Block) {
    LaunchEarly(
        is_whole ? AttendKernel<T, kGroup, true, Block> : AttendKernel<T, kGroup, false, Block>,
        grid, Block::kThreads, 0, args, split, Layout{lanes, Block::kThreads / lanes}, is_alone);
  };
  if constexpr (kGroup == 1) {
    // Blocks that have a processor for themselves read all their keys at once, if they can.
    using Small = BlockShape<kThreads, 8>;
    using Large = BlockShape<2 * kThreads, 8>;
    if (AreFew(args)) {
      const bool is_long = split.span > Small::kInFlight * (Small::kThreads / lanes);
      return is_long ? launch(Large()) : launch(Small());
    }
  }
  launch(BlockShape < kThreads, kGroup <= 4 ? 4 : 2 > ());
}

template <typename T>
void CachedAttentionAs(CachedAttentionArgs args) {
  const bool is_alone = args.tokens == args.tiles;  // a tile has tokens of one sequence
  const Scratch rotated_q(is_alone ? 0 : args.tokens * args.heads * args.head_dim * sizeof(T));
  if (!is_alone) {
    const int64_t pairs = (args.heads + args.kv_heads) * args.head_dim / 2;
    const dim3 grid(static_cast<unsigned>(args.tokens),
                    static_cast<unsigned>(CeilDiv(pairs, kThreads)));
    RotateAndAppend<<<grid, kThreads, 0, ComputeStream()>>>(args, rotated_q.as<T>());
    MNEME_CUDA_CHECK_LAUNCH();
    args.q = rotated_q.as<void>();
    if (PrefersTensorCores(args)) return MmaCachedAttention(args);
  }
  const int64_t kv_share = args.heads / args.kv_heads;
  if (kv_share == 1 || AreFew(args)) return Attend<T, 1>(args, is_alone);
  if (kv_share == 2) return Attend<T, 2>(args, is_alone);
  if (kv_share <= 4) return Attend<T, 4>(args, is_alone);
  Attend<T, 8>(args, is_alone);
}

}  // namespace

void CachedAttention(const CachedAttentionArgs& args) {
  MNEME_FLOAT_SWITCH(args.dtype, T, CachedAttentionAs<T>(args));
}

}  // namespace mneme::cuda
