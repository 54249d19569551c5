// Half scores of a block of tokens come from one batched matrix product; a warp then selects the
// best of each half, and another combines the two. Few tokens are few_tokens_cuda.cu's. The
// backward pass is a gather of keys by token, and a sum of queries by key, as the gather of values
// has them.

#include <algorithm>

#include "memory_layer/gather/gather_kernels.h"
#include "memory_layer/picks/picks_kernels.h"
#include "memory_layer/product_key/few_tokens_cuda.h"
#include "memory_layer/product_key/product_key_kernels.h"
#include "memory_layer/product_key/top_keys_cuda.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/memory.h"
#include "runtime/kernels/gemm/gemm_kernels.h"
#include "runtime/kernels/math/group_reduce_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int64_t kScoreBytes = 64 << 20;  // of half scores at a time, or a little more
constexpr int64_t kMinBlockTokens = 128;
constexpr int kScoresInFlight = 8;  // that a lane reads before it looks at the first
constexpr int kWarps = kRowBlockThreads / kWarpThreads;

// Ranks (i, j) of half keys whose sum may be among the best knn, by i and then j.
struct Pairs {
  static constexpr int kMaxPairs = 656;  // of 128 picks there are 645
  int count;
  uint16_t ranks[kMaxPairs];  // i << 8 | j
};

Pairs PairsThatCanWin(int64_t knn) {
  Pairs pairs = {};
  for (int64_t i = 0; i < knn; ++i) {
    for (int64_t j = 0; (i + 1) * (j + 1) <= knn; ++j) {
      pairs.ranks[pairs.count++] = static_cast<uint16_t>(i << 8 | j);
    }
  }
  return pairs;
}

// scores: [parts, tokens, n_keys] -> halves: [tokens, parts, knn], candidates with key ids.
__global__ void FindHalves(const float* scores, int64_t tokens, int64_t parts, int64_t n_keys,
                           int knn, int capacity, uint64_t* halves) {
  extern __shared__ uint64_t shared[];  // [kWarps, capacity]
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
  uint64_t* words = shared + warp * capacity;
  for (int64_t row = FirstRow<kWarpThreads>(); row < tokens * parts;
       row += RowStride<kWarpThreads>()) {
    const float* of_row = scores + row * n_keys;
    WarpTopKeys top(words, capacity, knn);
    for (int64_t first = 0; first < n_keys; first += kWarpThreads * kScoresInFlight) {
      float score[kScoresInFlight];
      bool passes = false;
#pragma unroll
      for (int k = 0; k < kScoresInFlight; ++k) {
        const int64_t key = first + k * kWarpThreads + lane;
        score[k] = key < n_keys ? of_row[key] : 0.0f;
      }
#pragma unroll
      for (int k = 0; k < kScoresInFlight; ++k) passes |= top.Passes(score[k]);
      if (!__any_sync(0xffffffffu, passes)) continue;
#pragma unroll
      for (int k = 0; k < kScoresInFlight; ++k) {
        const int64_t key = first + k * kWarpThreads + lane;
        top.Offer(score[k], static_cast<uint32_t>(key), key < n_keys);
      }
    }
    top.Sort();
    const int64_t part = row / tokens, token = row % tokens;
    for (int k = lane; k < knn; k += kWarpThreads) {
      halves[(token * parts + part) * knn + k] = words[k];
    }
    __syncwarp();  // before the next row's words
  }
}

// halves: [token_heads, 2, knn] -> scores, rows: [token_heads, knn]
__global__ void Combine(const uint64_t* halves, int64_t token_heads, int64_t n_keys, int knn,
                        int capacity, Pairs pairs, float* scores, int64_t* rows) {
  extern __shared__ uint64_t shared[];  // [kWarps, capacity + 2 * knn]
  __shared__ uint16_t ranks[Pairs::kMaxPairs];
  for (int i = threadIdx.x; i < pairs.count; i += blockDim.x) ranks[i] = pairs.ranks[i];
  __syncthreads();
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
  uint64_t* words = shared + warp * (capacity + 2 * knn);
  uint64_t* first = words + capacity;
  uint64_t* second = first + knn;
  for (int64_t i = FirstRow<kWarpThreads>(); i < token_heads; i += RowStride<kWarpThreads>()) {
    for (int k = lane; k < 2 * knn; k += kWarpThreads) first[k] = halves[i * 2 * knn + k];
    __syncwarp();
    WarpTopKeys top(words, capacity, knn);
    for (int begin = 0; begin < pairs.count; begin += kWarpThreads) {
      const int pair = begin + lane;
      const bool is_any = pair < pairs.count;
      const int rank = is_any ? ranks[pair] : 0;
      const float sum = CandidateScore(first[rank >> 8]) + CandidateScore(second[rank & 255]);
      top.Offer(sum, static_cast<uint32_t>(pair), is_any);
    }
    top.Sort();
    for (int k = lane; k < knn; k += kWarpThreads) {
      const int rank = ranks[CandidateId(words[k])];
      scores[i * knn + k] = CandidateScore(words[k]);
      rows[i * knn + k] = static_cast<int64_t>(CandidateId(first[rank >> 8])) * n_keys +
                          static_cast<int64_t>(CandidateId(second[rank & 255]));
    }
    __syncwarp();  // before the next one's words
  }
}

// Scores of tokens begin ... end - 1: [heads * 2, end - begin, n_keys].
void HalfScores(const ProductKeyLookupArgs& args, int64_t begin, int64_t end, float* scores) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  GemmArgs gemm;  // scores = query keys^T for each part
  gemm.dtype = args.dtype;
  gemm.transpose_b = true;
  gemm.m = end - begin;
  gemm.n = gemm.ldc = n_keys;
  gemm.k = gemm.ldb = gemm.stride_a = half;
  gemm.lda = heads * 2 * half;
  gemm.a = static_cast<const char*>(args.query) + begin * gemm.lda * DTypeBytes(args.dtype);
  gemm.b = args.keys;
  gemm.c = scores;
  gemm.batch = heads * 2;
  gemm.stride_b = n_keys * half;
  gemm.stride_c = gemm.m * n_keys;
  Gemm(gemm);
}

// Picks of rows as picks of half keys: [T, M, knn] -> index, weights: [T, M, 2, knn], index in
// [0, M * 2 * n_keys).
__global__ void SplitPicks(ProductKeyBackwardArgs args, int64_t* index, float* weights) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  for (int64_t i = FirstIndex(); i < tokens * heads * knn; i += IndexStride()) {
    const int64_t token_head = i / knn, k = i % knn, head = token_head % heads;
    const int64_t row = args.rows[i], to = token_head * 2 * knn + k;
    index[to] = head * 2 * n_keys + row / n_keys;
    index[to + knn] = (head * 2 + 1) * n_keys + row % n_keys;
    weights[to] = weights[to + knn] = args.dscores[i];
  }
}

// to[rows[u]] = from[u] for u < count; rows of `dim` columns.
__global__ void ScatterRows(const float* from, const int64_t* rows, const int64_t* count,
                            int64_t dim, float* to) {
  const int64_t elements = *count * dim;
  for (int64_t i = FirstIndex(); i < elements; i += IndexStride()) {
    to[rows[i / dim] * dim + i % dim] = from[i];
  }
}

// index, weights: [T, M, 2, knn].
void KeyGradients(const ProductKeyBackwardArgs& args, const int64_t* index, const float* weights) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  const int64_t count = tokens * heads * 2 * knn, n_rows = heads * 2 * n_keys;
  const int64_t max_unique = std::min(count, n_rows);
  const Scratch numbers((2 * max_unique + 2 + 2 * count) * sizeof(int64_t));
  SortPicksArgs sort = {.n_rows = n_rows, .count = count, .rows = index, .scratch = nullptr};
  sort.unique_count = numbers.as<int64_t>();
  sort.unique_rows = sort.unique_count + 1;
  sort.offsets = sort.unique_rows + max_unique;
  sort.order = sort.offsets + max_unique + 1;
  sort.inverse = sort.order + count;
  SortPicks(sort);
  const Scratch sums(max_unique * half * sizeof(float));
  SumByRow({.x_dtype = args.dtype,
            .count = count,
            .picks = knn,
            .dim = half,
            .max_unique = max_unique,
            .unique_count = sort.unique_count,
            .offsets = sort.offsets,
            .order = sort.order,
            .inverse = sort.inverse,
            .weights = weights,
            .x = args.query,
            .out = sums.as<float>()});
  ZeroMemory(args.dkeys, n_rows * half * static_cast<int64_t>(sizeof(float)));
  if (count == 0) return;
  ScatterRows<<<GridBlocks(max_unique * half), kBlockThreads, 0, ComputeStream()>>>(
      sums.as<float>(), sort.unique_rows, sort.unique_count, half, args.dkeys);
  MNEME_CUDA_CHECK_LAUNCH();
}

}  // namespace

void ProductKeyLookup(const ProductKeyLookupArgs& args) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  if (tokens == 0) return;
  if (AreFewTokens(args.sizes)) return LookupFewTokens(args);
  const int64_t parts = heads * 2, token_bytes = parts * n_keys * sizeof(float);
  const int64_t block = std::min(tokens, std::max(kMinBlockTokens, kScoreBytes / token_bytes));
  const Scratch scores(block * token_bytes);
  const Scratch halves(block * parts * knn * sizeof(uint64_t));
  const Pairs pairs = PairsThatCanWin(knn);
  const int capacity = TopKeysCapacity(static_cast<int>(knn));
  for (int64_t begin = 0; begin < tokens; begin += block) {
    const int64_t end = std::min(begin + block, tokens), count = end - begin;
    HalfScores(args, begin, end, scores.as<float>());
    FindHalves<<<RowBlocks<kWarpThreads>(count * parts), kRowBlockThreads,
                 kWarps * capacity * sizeof(uint64_t), ComputeStream()>>>(
        scores.as<float>(), count, parts, n_keys, static_cast<int>(knn), capacity,
        halves.as<uint64_t>());
    MNEME_CUDA_CHECK_LAUNCH();
    Combine<<<RowBlocks<kWarpThreads>(count * heads), kRowBlockThreads,
              kWarps*(capacity + 2 * knn) * sizeof(uint64_t), ComputeStream()>>>(
        halves.as<uint64_t>(), count * heads, n_keys, static_cast<int>(knn), capacity, pairs,
        args.scores + begin * heads * knn, args.rows + begin * heads * knn);
    MNEME_CUDA_CHECK_LAUNCH();
  }
}

void ProductKeyBackward(const ProductKeyBackwardArgs& args) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  const int64_t count = tokens * heads * 2 * knn;
  const Scratch index(count * sizeof(int64_t)), weights(count * sizeof(float));
  if (count > 0) {
    SplitPicks<<<GridBlocks(count / 2), kBlockThreads, 0, ComputeStream()>>>(
        args, index.as<int64_t>(), weights.as<float>());
    MNEME_CUDA_CHECK_LAUNCH();
  }
  if (args.dquery != nullptr) {
    WeightedSum({.rows_dtype = args.dtype,
                 .out_dtype = args.dtype,
                 .tokens = tokens * heads * 2,
                 .picks = knn,
                 .dim = half,
                 .rows = args.keys,
                 .index = index.as<int64_t>(),
                 .weights = weights.as<float>(),
                 .out = args.dquery});
  }
  if (args.dkeys != nullptr) KeyGradients(args, index.as<int64_t>(), weights.as<float>());
}

}  // namespace mneme::cuda
