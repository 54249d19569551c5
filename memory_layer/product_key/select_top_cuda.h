// Exact selection of the best candidates by many threads, in the time of a few barriers. Included
// by .cu files only.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_

#include <cstdint>

#include "memory_layer/product_key/candidate.h"

namespace mneme::cuda {

// Threads work in groups: kThreads of a block, which are whole warps and count themselves by
// `thread`. All threads of a block call these functions together, with the same knn.

constexpr int kRankers = 8;   // threads that rank a candidate
constexpr int kInFlight = 8;  // that a thread reads before it looks at the first

// to[0 ... knn - 1]: the best of left[0 ... count - 1], best first. They all differ. `to` can be
// read after a barrier.
template <int kThreads>
__device__ void RankTop(int thread, const uint64_t* left, int count, int knn, uint64_t* to) {
  const int ranker = thread % kRankers;
#pragma unroll 1
  for (int first = 0; first < count; first += kThreads / kRankers) {
    const int i = first + thread / kRankers;
    const uint64_t own = left[min(i, count - 1)];
    int rank = 0;
#pragma unroll 1
    for (int k = ranker; k < count; k += kInFlight * kRankers) {
      uint64_t other[kInFlight];
#pragma unroll
      for (int j = 0; j < kInFlight; ++j) other[j] = left[min(k + j * kRankers, count - 1)];
#pragma unroll
      for (int j = 0; j < kInFlight; ++j) rank += k + j * kRankers < count && other[j] > own;
    }
#pragma unroll
    for (int mask = 1; mask < kRankers; mask *= 2) rank += __shfl_xor_sync(~0u, rank, mask);
    if (ranker == 0 && i < count && rank < knn) to[rank] = own;
  }
}

// What a group needs in shared memory to find those that may be among the best.
template <int kBins>
struct TopBins {
  unsigned long long bins[kBins];  // the best candidate of each
  unsigned long long bound;        // no candidate below it is among the best
  int n_left;
};

// Brings those of `count` candidates to `left` that may be among the best knn, in any order, and
// returns how many they are. at(i) is candidate i; all differ. left: room for all of them.
//
// Candidates are dealt out to kBins bins, of which there are more than knn. At least knn candidates
// are not below the knn-th best of the bins' best; few more are, unless one bin has many of the
// best.
template <int kThreads, int kBins, typename At>
__device__ int KeepTop(int thread, int count, int knn, At at, TopBins<kBins>* shared,
                       uint64_t* left) {
  using Word = unsigned long long;
  constexpr int kKept = 4;                  // that a thread has to itself; others it asks for again
  constexpr int kLanes = kThreads / kBins;  // neighbours, of a bin
  static_assert(kThreads % kBins == 0 && kLanes <= 32 && kBins % (kInFlight * kLanes) == 0);

  Word kept[kKept], best = 0;  // no candidate is 0
#pragma unroll
  for (int k = 0; k < kKept; ++k) kept[k] = at(min(thread + k * kThreads, count - 1));
#pragma unroll
  for (int k = 0; k < kKept; ++k) kept[k] = thread + k * kThreads < count ? kept[k] : 0;
#pragma unroll
  for (int k = 0; k < kKept; ++k) best = max(best, kept[k]);
#pragma unroll 1
  for (int i = thread + kKept * kThreads; i < count; i += kThreads) best = max(best, Word{at(i)});
#pragma unroll
  for (int mask = 1; mask < kLanes; mask *= 2) best = max(best, __shfl_xor_sync(~0u, best, mask));
  const int bin = thread / kLanes, lane = thread % kLanes;
  if (lane == 0) shared->bins[bin] = best;
  if (thread == 0) shared->bound = 1, shared->n_left = 0;
  __syncthreads();

  int rank = 0;
#pragma unroll 1
  for (int i = lane; i < kBins; i += kInFlight * kLanes) {
    Word other[kInFlight];
#pragma unroll
    for (int j = 0; j < kInFlight; ++j) other[j] = shared->bins[i + j * kLanes];
#pragma unroll
    for (int j = 0; j < kInFlight; ++j) rank += other[j] > best;
  }
#pragma unroll
  for (int mask = 1; mask < kLanes; mask *= 2) rank += __shfl_xor_sync(~0u, rank, mask);
  if (lane == 0 && rank == knn - 1 && best != 0) shared->bound = best;
  __syncthreads();

  const Word bound = shared->bound;
  const auto keep = [&](Word candidate) {
    if (candidate >= bound) left[atomicAdd(&shared->n_left, 1)] = candidate;
  };
#pragma unroll
  for (int k = 0; k < kKept; ++k) keep(kept[k]);
#pragma unroll 1
  for (int i = thread + kKept * kThreads; i < count; i += kThreads) keep(at(i));
  __syncthreads();
  return shared->n_left;
}

}  // namespace mneme::cuda

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_
