// Two kernels, each with threads enough for the whole GPU, or for a token and head, to be waited
// for as briefly as can be: one for the half scores, one that selects. Both begin before the kernel
// ahead has ended.

#include <algorithm>

#include "memory_layer/product_key/few_tokens_cuda.h"
#include "memory_layer/product_key/select_top_cuda.h"
#include "runtime/core/ceil_div.h"
#include "runtime/core/cuda_check.h"
#include "runtime/core/cuda_early_launch.h"
#include "runtime/core/cuda_launch.h"
#include "runtime/core/cuda_scratch.h"
#include "runtime/core/float16.h"
#include "runtime/kernels/math/group_reduce_cuda.h"
#include "runtime/kernels/math/pack_cuda.h"

namespace mneme::cuda {
namespace {

constexpr int64_t kFewTokens = 8;
constexpr int kScoreThreads = 128;
constexpr int kKeysOfWarp = 4;
constexpr int kKeysOfBlock = kScoreThreads / kWarpThreads * kKeysOfWarp;
constexpr int kSelectThreads = 512;
constexpr int kHalfThreads = kSelectThreads / 2;
constexpr int kLineBytes = 128;
constexpr int kFewPicks = 32, kManyPicks = 128;  // bins are twice as many
constexpr int64_t kFixedSharedBytes = 8 << 10;   // that the selecting kernel has anyway, at most

// query: [T, parts, half], keys: [parts, n_keys, half] -> scores: [T, parts, n_keys]. Blocks: (keys
// of a part, parts). A warp multiplies kKeysOfWarp keys with all tokens.
template <typename T, int kPack>
__global__ void __launch_bounds__(kScoreThreads)
    ScoreKernel(const T* query, const T* keys, int tokens, int half, int n_keys, float* scores) {
  LetNextBegin();
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
  const int part = blockIdx.y, parts = gridDim.y;
  const int first = blockIdx.x * kKeysOfBlock + warp * kKeysOfWarp;
  if (first >= n_keys) return;
  const int count = min(kKeysOfWarp, n_keys - first);
  keys += (static_cast<int64_t>(part) * n_keys + first) * half;
  const int bytes = count * half * static_cast<int>(sizeof(T));
  // No more than that: where queries and keys are normalised, keys may still be written.
#pragma unroll 1
  for (int at = lane * kLineBytes; at < bytes; at += kWarpThreads * kLineBytes) {
    PrefetchToL2(reinterpret_cast<const char*>(keys) + at);
  }
  WaitForEarlierWork();
#pragma unroll 1
  for (int t = 0; t < tokens; ++t) {
    const T* of_token = query + (static_cast<int64_t>(t) * parts + part) * half;
    float sums[kKeysOfWarp] = {};
#pragma unroll 1
    for (int c = lane * kPack; c < half; c += kWarpThreads * kPack) {
      float q[kPack], of_key[kKeysOfWarp][kPack];
      LoadPack(of_token + c, q);
#pragma unroll
      for (int k = 0; k < kKeysOfWarp; ++k) {  // beyond the last it is repeated
        LoadPack(keys + min(k, count - 1) * half + c, of_key[k]);
      }
#pragma unroll
      for (int k = 0; k < kKeysOfWarp; ++k) {
#pragma unroll
        for (int j = 0; j < kPack; ++j) sums[k] = fmaf(q[j], of_key[k][j], sums[k]);
      }
    }
    const float sum = WarpSums(sums);
    if (lane < count) {
      scores[(static_cast<int64_t>(t) * parts + part) * n_keys + first + lane] = sum;
    }
  }
}

// half_scores: [token_heads, 2, n_keys] -> scores, rows: [token_heads, knn]. A block to a token and
// head, half of its threads to each half. kBins: at least twice knn.
template <int kBins>
__global__ void __launch_bounds__(kSelectThreads, 1)
    SelectKernel(const float* half_scores, int n_keys, int knn, float* scores, int64_t* rows) {
  extern __shared__ uint64_t words[];
  __shared__ TopBins<kBins> bins[2];
  __shared__ int n_pairs;
  LetNextBegin();
  uint64_t* best[] = {words, words + knn};  // [knn] each
  uint64_t* best_pairs = words + 2 * knn;   // [knn]
  uint64_t* pairs = words + 3 * knn;        // [pairs]
  const int part = threadIdx.x / kHalfThreads, thread = threadIdx.x % kHalfThreads;
  uint64_t* left = pairs + part * n_keys;  // [n_keys] each
  if (threadIdx.x == 0) n_pairs = 0;
  const int64_t token_head = blockIdx.x;
  const float* of_part = half_scores + (token_head * 2 + part) * n_keys;
  WaitForEarlierWork();
  const auto key_at = [&](int key) { return Candidate(of_part[key], static_cast<uint32_t>(key)); };
  int n_left = KeepTop<kHalfThreads>(thread, n_keys, knn, key_at, &bins[part], left);
  RankTop<kHalfThreads>(thread, left, n_left, knn, words + part * knn);
  __syncthreads();

  // Ranks (i, j) whose sum may be among the best: (i + 1) (j + 1) <= knn.
  const int warp = threadIdx.x / kWarpThreads, lane = threadIdx.x % kWarpThreads;
  for (int i = warp; i < knn; i += kSelectThreads / kWarpThreads) {
    const int count = knn / (i + 1);
    int to = 0;
    if (lane == 0) to = atomicAdd(&n_pairs, count);
    to = __shfl_sync(~0u, to, 0);
    const float first = CandidateScore(best[0][i]);
    for (int j = lane; j < count; j += kWarpThreads) {
      pairs[to + j] = Candidate(first + CandidateScore(best[1][j]), i << 8 | j);
    }
  }
  __syncthreads();
  n_left = n_pairs;
  left = pairs;
  if (n_left > kSelectThreads / 2) {  // too many to compare each with each
    left += n_left;
    const auto pair_at = [&](int i) { return pairs[i]; };
    n_left = KeepTop<kSelectThreads>(threadIdx.x, n_left, knn, pair_at, &bins[0], left);
  }
  RankTop<kSelectThreads>(threadIdx.x, left, n_left, knn, best_pairs);
  __syncthreads();
  for (int k = threadIdx.x; k < knn; k += kSelectThreads) {
    const uint32_t pair = CandidateId(best_pairs[k]);
    scores[token_head * knn + k] = CandidateScore(best_pairs[k]);
    rows[token_head * knn + k] = static_cast<int64_t>(CandidateId(best[0][pair >> 8])) * n_keys +
                                 CandidateId(best[1][pair & 255]);
  }
}

// Of the selecting kernel.
int64_t SharedBytes(const ProductKeySizes& sizes) {
  int64_t pairs = 0;
  for (int64_t i = 0; i < sizes.knn; ++i) pairs += sizes.knn / (i + 1);
  const int64_t words = 3 * sizes.knn + 2 * std::max(sizes.n_keys, pairs);
  return words * static_cast<int64_t>(sizeof(uint64_t));
}

template <typename T>
void ScoreAs(const ProductKeyLookupArgs& args, float* half_scores) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  const dim3 grid(static_cast<unsigned>(CeilDiv(n_keys, kKeysOfBlock)),
                  static_cast<unsigned>(2 * heads));
  MNEME_PACK_SWITCH(
      CanUsePacks(half, {args.query, args.keys}), kPack,
      LaunchEarly(ScoreKernel<T, kPack>, grid, kScoreThreads, 0, static_cast<const T*>(args.query),
                  static_cast<const T*>(args.keys), static_cast<int>(tokens),
                  static_cast<int>(half), static_cast<int>(n_keys), half_scores));
}

}  // namespace

bool AreFewTokens(const ProductKeySizes& sizes) {
  return sizes.tokens <= kFewTokens && SharedBytes(sizes) + kFixedSharedBytes <= MaxSharedBytes();
}

void LookupFewTokens(const ProductKeyLookupArgs& args) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  const Scratch half_scores(tokens * heads * 2 * n_keys * sizeof(float));
  MNEME_FLOAT_SWITCH(args.dtype, T, ScoreAs<T>(args, half_scores.as<float>()));
  const int64_t shared_bytes = SharedBytes(args.sizes);
  const auto kernel = knn <= kFewPicks ? SelectKernel<2 * kFewPicks> : SelectKernel<2 * kManyPicks>;
  MNEME_CUDA_CHECK(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                        static_cast<int>(shared_bytes)));
  LaunchEarly(kernel, dim3(static_cast<unsigned>(tokens * heads)), kSelectThreads,
              static_cast<size_t>(shared_bytes), half_scores.as<float>(), static_cast<int>(n_keys),
              static_cast<int>(knn), args.scores, args.rows);
}

}  // namespace mneme::cuda
