#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "memory_layer/gather/row_math.h"
#include "memory_layer/product_key/product_key_kernels.h"
#include "memory_layer/product_key/top_keys.h"
#include "runtime/core/ceil_div.h"
#include "runtime/kernels/gemm/gemm_kernels.h"
#include "runtime/parallel/thread_pool.h"

namespace mneme::cpu {
namespace {

constexpr int64_t kBlockTokens = 64;   // that one thread looks up together, for one head
constexpr int64_t kTileKeys = 1024;    // scored at a time: a tile of scores stays in the cache
constexpr int64_t kGrainTokens = 8;    // of the backward pass
constexpr int64_t kStripColumns = 64;  // of dkeys, that one thread sums

// The ranks (i, j) of half keys whose sum may be among the best knn: the (i + 1)(j + 1) - 1 pairs
// of no worse ranks rank above it.
std::vector<std::pair<int32_t, int32_t>> PairsThatCanWin(int64_t knn) {
  std::vector<std::pair<int32_t, int32_t>> pairs;
  for (int64_t i = 0; i < knn; ++i) {
    for (int64_t j = 0; (i + 1) * (j + 1) <= knn; ++j) pairs.emplace_back(i, j);
  }
  return pairs;
}

// What a thread needs to look up a block of tokens for one head.
class BlockLookup {
 public:
  BlockLookup(const ProductKeyLookupArgs& args,
              const std::vector<std::pair<int32_t, int32_t>>& pairs)
      : args_(args),
        pairs_(pairs),
        block_tokens_(std::min(kBlockTokens, args.sizes.tokens)),
        tile_(new float[block_tokens_ * std::min(kTileKeys, args.sizes.n_keys)]),
        top_(block_tokens_, TopKeys(args.sizes.knn)),
        halves_(2 * block_tokens_ * args.sizes.knn),
        first_scores_(args.sizes.knn),
        second_scores_(args.sizes.knn),
        sums_(pairs.size() + 1) {}

  void Run(int64_t head, int64_t begin, int64_t end) {
    for (int64_t side = 0; side < 2; ++side) FindHalf(head, side, begin, end);
    for (int64_t t = begin; t < end; ++t) Combine(head, t, t - begin);
  }

 private:
  uint64_t* Half(int64_t side, int64_t in_block) {
    return halves_.data() + (side * block_tokens_ + in_block) * args_.sizes.knn;
  }

  // The best knn half keys of each token.
  void FindHalf(int64_t head, int64_t side, int64_t begin, int64_t end) {
    const auto& [tokens, heads, half, n_keys, knn] = args_.sizes;
    const int64_t part = head * 2 + side;
    const float* keys = static_cast<const float*>(args_.keys) + part * n_keys * half;
    GemmArgs gemm;  // tile = query keys^T
    gemm.transpose_b = true;
    gemm.m = end - begin;
    gemm.k = half;
    gemm.a = static_cast<const float*>(args_.query) + (begin * heads * 2 + part) * half;
    gemm.lda = heads * 2 * half;
    gemm.ldb = half;
    gemm.c = tile_.get();
    for (int64_t i = 0; i < gemm.m; ++i) top_[i].Clear();
    for (int64_t key = 0; key < n_keys; key += kTileKeys) {
      gemm.n = gemm.ldc = std::min(kTileKeys, n_keys - key);
      gemm.b = keys + key * half;
      SerialGemm(gemm);
      for (int64_t i = 0; i < gemm.m; ++i) {
        top_[i].Offer(tile_.get() + i * gemm.n, gemm.n, key);
      }
    }
    for (int64_t i = 0; i < gemm.m; ++i) std::copy_n(top_[i].Finish(), knn, Half(side, i));
  }

  // The best knn sums of two halves.
  void Combine(int64_t head, int64_t token, int64_t in_block) {
    const int64_t knn = args_.sizes.knn;
    const uint64_t* first = Half(0, in_block);
    const uint64_t* second = Half(1, in_block);
    const int64_t count = CollectSums(first, second);
    SortBest(sums_.data(), sums_.data() + count, knn);
    const int64_t out = (token * args_.sizes.heads + head) * knn;
    for (int64_t k = 0; k < knn; ++k) {
      const auto& [i, j] = pairs_[CandidateId(sums_[k])];
      args_.scores[out + k] = CandidateScore(sums_[k]);
      args_.rows[out + k] =
          int64_t{CandidateId(first[i])} * args_.sizes.n_keys + int64_t{CandidateId(second[j])};
    }
  }

  // Fills sums_ with the pairs that can win and returns how many there are, knn or more. The ranks
  // up to (i, j) with (i + 1)(j + 1) >= knn make knn sums or more that are no less than that of
  // (i, j), so what is below such a sum is left out. Where a half's best score is NaN or infinite,
  // all its knn sums are and stay.
  int64_t CollectSums(const uint64_t* first, const uint64_t* second) {
    const int64_t knn = args_.sizes.knn;
    for (int64_t i = 0; i < knn; ++i) {
      first_scores_[i] = CandidateScore(first[i]);
      second_scores_[i] = CandidateScore(second[i]);
    }
    float bound = -INFINITY;
    for (int64_t i = 0; i < knn; ++i) {
      bound = std::max(bound, first_scores_[i] + second_scores_[(knn + i) / (i + 1) - 1]);
    }
    int64_t count = 0;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      const float sum = first_scores_[pairs_[i].first] + second_scores_[pairs_[i].second];
      sums_[count] = Candidate(sum, i);
      count += !(sum < bound);  // NaN stays
    }
    return count;
  }

  const ProductKeyLookupArgs& args_;
  const std::vector<std::pair<int32_t, int32_t>>& pairs_;
  const int64_t block_tokens_;
  std::unique_ptr<float[]> tile_;     // [block_tokens_, keys of the tile]
  std::vector<TopKeys> top_;          // [block_tokens_]
  std::vector<uint64_t> halves_;      // [2, block_tokens_, knn]
  std::vector<float> first_scores_;   // [knn]
  std::vector<float> second_scores_;  // [knn]
  std::vector<uint64_t> sums_;        // [pairs + 1]
};

// Score gradients by half key: entry e of part p (token, head, side) adds gradients[p, e] to the
// score of key keys[p, e]. Several picks of a token share a half key.
struct HalfGradients {
  explicit HalfGradients(const ProductKeySizes& sizes)
      : knn(sizes.knn),
        counts(sizes.tokens * sizes.heads * 2),
        keys(new int32_t[counts.size() * knn]),
        gradients(new float[counts.size() * knn]) {}

  // Adds `gradient` for `key`; slots[key] is where the key's sum lies, or -1.
  void Add(int64_t part, int32_t key, float gradient, std::vector<int32_t>& slots) {
    if (slots[key] < 0) {
      slots[key] = counts[part]++;
      keys[part * knn + slots[key]] = key;
      gradients[part * knn + slots[key]] = gradient;
    } else {
      gradients[part * knn + slots[key]] += gradient;
    }
  }

  int64_t knn;
  std::vector<int32_t> counts;         // [T, M, 2]
  std::unique_ptr<int32_t[]> keys;     // [T, M, 2, knn], the first counts[part] of each are set
  std::unique_ptr<float[]> gradients;  // [T, M, 2, knn], as keys
};

// Collects the gradients of one token's head.
void Collect(const ProductKeyBackwardArgs& args, int64_t token_head, std::vector<int32_t>& slots,
             HalfGradients& halves) {
  const int64_t knn = args.sizes.knn, n_keys = args.sizes.n_keys;
  for (int64_t side = 0; side < 2; ++side) {
    const int64_t part = token_head * 2 + side;
    for (int64_t p = token_head * knn; p < (token_head + 1) * knn; ++p) {
      const int64_t key = side == 0 ? args.rows[p] / n_keys : args.rows[p] % n_keys;
      halves.Add(part, static_cast<int32_t>(key), args.dscores[p], slots);
    }
    for (int64_t e = 0; e < halves.counts[part]; ++e) slots[halves.keys[part * knn + e]] = -1;
  }
}

// dquery[part] = the sum over its entries of gradient * key
void SumQuery(const ProductKeyBackwardArgs& args, int64_t part, const HalfGradients& halves) {
  const int64_t half = args.sizes.half, knn = args.sizes.knn;
  const float* keys = static_cast<const float*>(args.keys) +
                      part % (args.sizes.heads * 2) * args.sizes.n_keys * half;
  WeightedSumOfRows(
      halves.counts[part],
      [&](int64_t e) { return keys + int64_t{halves.keys[part * knn + e]} * half; },
      [&](int64_t e) { return halves.gradients[part * knn + e]; }, half,
      static_cast<float*>(args.dquery) + part * half);
}

// Columns [begin, end) of dkeys of one head's side: every key's sum runs over the tokens in order.
void SumKeys(const ProductKeyBackwardArgs& args, int64_t head_side, int64_t begin, int64_t end,
             const HalfGradients& halves) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  float* dkeys = args.dkeys + head_side * n_keys * half + begin;
  for (int64_t key = 0; key < n_keys; ++key) std::fill_n(dkeys + key * half, end - begin, 0.0f);
  for (int64_t t = 0; t < tokens; ++t) {
    const int64_t part = t * heads * 2 + head_side;
    const float* query = static_cast<const float*>(args.query) + part * half + begin;
    for (int64_t e = 0; e < halves.counts[part]; ++e) {
      SumGroup<true, 1>(&query, &halves.gradients[part * knn + e], end - begin,
                        dkeys + int64_t{halves.keys[part * knn + e]} * half);
    }
  }
}

}  // namespace

void ProductKeyLookup(const ProductKeyLookupArgs& args) {
  const auto pairs = PairsThatCanWin(args.sizes.knn);
  const int64_t tokens = args.sizes.tokens;
  const int64_t blocks = CeilDiv(tokens, kBlockTokens);
  ParallelFor(blocks * args.sizes.heads, 1, [&](int64_t begin, int64_t end) {
    BlockLookup lookup(args, pairs);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t first = task % blocks * kBlockTokens;
      lookup.Run(task / blocks, first, std::min(first + kBlockTokens, tokens));
    }
  });
}

void ProductKeyBackward(const ProductKeyBackwardArgs& args) {
  const auto& [tokens, heads, half, n_keys, knn] = args.sizes;
  HalfGradients halves(args.sizes);
  ParallelFor(tokens * heads, kGrainTokens, [&](int64_t begin, int64_t end) {
    std::vector<int32_t> slots(args.sizes.n_keys, -1);
    for (int64_t token_head = begin; token_head < end; ++token_head) {
      Collect(args, token_head, slots, halves);
      if (args.dquery == nullptr) continue;
      for (int64_t side = 0; side < 2; ++side) SumQuery(args, token_head * 2 + side, halves);
    }
  });
  if (args.dkeys == nullptr) return;
  const int64_t strips = CeilDiv(half, kStripColumns);
  ParallelFor(heads * 2 * strips, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t column = task % strips * kStripColumns;
      SumKeys(args, task / strips, column, std::min(column + kStripColumns, args.sizes.half),
              halves);
    }
  });
}

}  // namespace mneme::cpu
