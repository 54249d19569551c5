// Exact selection of the best candidates by many threads, in the time of a few barriers. Included
// by .cu files only.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_

#include <cstdint>

#include "memory_layer/product_key/candidate.h"

namespace mneme::cuda {

// What a group of threads needs in shared memory to select the best of at most `capacity`.
struct TopSelection {
  static constexpr int kMaxBins = 256;

  unsigned long long bins[kMaxBins];  // the best candidate of each
  unsigned long long bound;           // no candidate below it is among the best
  int n_left;                         // candidates that are not below
};

// to[0 ... knn - 1]: the best `knn` of `count` candidates, best first, and zeros if there are
// fewer. at(i) is candidate i; all differ, so that the order in which they are found does not
// matter. left: room for `count` of them. A group is kThreads threads of a block, `thread` counts
// them; all threads of a block call this, with the same count and knn, and can then read `to`.
//
// Candidates are dealt out to twice knn bins or more. At least knn are not below the knn-th best of
// the bins' best, and few more are; these are ranked by comparing each with each.
template <int kThreads, typename At>
__device__ void SelectTop(int thread, int count, int knn, At at, TopSelection* selection,
                          uint64_t* left, uint64_t* to) {
  using Word = unsigned long long;
  constexpr unsigned kAllLanes = 0xffffffffu;
  constexpr int kKept = 4;     // candidates that a thread has to itself, others it asks for again
  constexpr int kRankers = 8;  // threads that rank a candidate
  int bins = kThreads / 32;    // a bin is what some neighbouring lanes have
  while (bins < 2 * knn && bins < TopSelection::kMaxBins && bins < kThreads) bins *= 2;
  const int lanes = kThreads / bins, lane = thread % lanes;

  Word kept[kKept], best = 0;
#pragma unroll
  for (int k = 0; k < kKept; ++k) {
    const int i = thread + k * kThreads;
    kept[k] = i < count ? at(i) : 0;
    best = max(best, kept[k]);
  }
  for (int i = thread + kKept * kThreads; i < count; i += kThreads) best = max(best, Word{at(i)});
  for (int mask = 1; mask < lanes; mask *= 2) {
    best = max(best, __shfl_xor_sync(kAllLanes, best, mask));
  }
  if (lane == 0) selection->bins[thread / lanes] = best;
  if (thread == 0) selection->bound = 1, selection->n_left = 0;  // no candidate is 0
  if (thread < knn) to[thread] = 0;
  __syncthreads();

  int rank = 0;
  for (int i = lane; i < bins; i += lanes) rank += selection->bins[i] > best;
  for (int mask = 1; mask < lanes; mask *= 2) rank += __shfl_xor_sync(kAllLanes, rank, mask);
  if (lane == 0 && rank == knn - 1 && best != 0) selection->bound = best;
  __syncthreads();

  const Word bound = selection->bound;
  const auto keep = [&](Word candidate) {
    if (candidate >= bound) left[atomicAdd(&selection->n_left, 1)] = candidate;
  };
#pragma unroll
  for (int k = 0; k < kKept; ++k) keep(kept[k]);
  for (int i = thread + kKept * kThreads; i < count; i += kThreads) keep(at(i));
  __syncthreads();

  const int n_left = selection->n_left, ranker = thread % kRankers;
  for (int first = 0; first < n_left; first += kThreads / kRankers) {
    const int i = first + thread / kRankers;
    const uint64_t own = left[min(i, n_left - 1)];
    rank = 0;
    for (int k = ranker; k < n_left; k += kRankers) rank += left[k] > own;
#pragma unroll
    for (int mask = 1; mask < kRankers; mask *= 2) {
      rank += __shfl_xor_sync(kAllLanes, rank, mask);
    }
    if (ranker == 0 && i < n_left && rank < knn) to[rank] = own;
  }
  __syncthreads();
}

}  // namespace mneme::cuda

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_SELECT_TOP_CUDA_H_
