// Exact selection of the best scores of a stream by a warp. Included by .cu files only.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_CUDA_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_CUDA_H_

#include <cstdint>

#include "memory_layer/product_key/candidate.h"

namespace mneme::cuda {

// Words that a selection of the best `knn` needs: a power of two, with room for knn that are kept
// and a warp's worth of new ones.
inline int TopKeysCapacity(int knn) {
  int capacity = 64;
  while (capacity < 2 * knn) capacity *= 2;
  return capacity;
}

// Keeps the best `knn` of the scores it is offered, as cpu::TopKeys does: those that cannot be
// among them any more are skipped, the rest wait in a buffer, which is sorted and cut down to the
// best when it is full. Every lane of the warp calls every function, with the same members.
class WarpTopKeys {
 public:
  // words: [capacity], in shared memory, this warp's own.
  __device__ WarpTopKeys(uint64_t* words, int capacity, int knn)
      : words_(words), capacity_(capacity), knn_(knn) {}

  // True if a score with an id above all those offered before may be among the best.
  __device__ bool Passes(float score) const { return !(score <= threshold_); }

  // Each lane offers one score if `is_any`. Ids are above those of earlier calls.
  __device__ void Offer(float score, uint32_t id, bool is_any) {
    unsigned passing = __ballot_sync(kAllLanes, is_any && Passes(score));
    if (passing == 0) return;
    if (size_ + __popc(passing) > capacity_) {
      Sort();
      passing = __ballot_sync(kAllLanes, is_any && Passes(score));
    }
    const unsigned own = 1u << (threadIdx.x % 32);
    if (passing & own) words_[size_ + __popc(passing & (own - 1))] = Candidate(score, id);
    size_ += __popc(passing);
  }

  // Brings the best knn candidates to the front, best first, and forgets the others. Then they can
  // be read by all lanes.
  __device__ void Sort() {
    const int lane = threadIdx.x % 32;
    for (int i = size_ + lane; i < capacity_; i += 32) words_[i] = 0;  // below all candidates
    __syncwarp();
    for (int run = 2; run <= capacity_; run *= 2) {
      for (int stride = run / 2; stride > 0; stride /= 2) BitonicStep(run, stride, lane);
    }
    size_ = min(size_, knn_);
    threshold_ = size_ == knn_ ? CandidateScore(words_[knn_ - 1]) : kNoThreshold;
    __syncwarp();
  }

 private:
  static constexpr unsigned kAllLanes = 0xffffffffu;
  static constexpr float kNoThreshold = __builtin_nanf("");  // nothing is <= NaN: everything passes

  // Orders all pairs of words `stride` apart, runs of `run` words down and up in turn.
  __device__ void BitonicStep(int run, int stride, int lane) {
    for (int pair = lane; pair < capacity_ / 2; pair += 32) {
      const int low = pair / stride * 2 * stride + pair % stride, high = low + stride;
      const bool descending = (low & run) == 0;
      const uint64_t a = words_[low], b = words_[high];
      if ((a < b) == descending) {
        words_[low] = b;
        words_[high] = a;
      }
    }
    __syncwarp();
  }

  uint64_t* words_;
  int capacity_;
  int knn_;
  int size_ = 0;
  float threshold_ = kNoThreshold;  // the worst of the best knn at the last cut
};

}  // namespace mneme::cuda

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_CUDA_H_
