// Exact selection of the best scores of a stream, for CPU kernels: inline, and free of
// dependencies.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "runtime/core/float16.h"

namespace mneme::cpu {

// A score and what it belongs to in one word: the larger word has the larger score or, among equal
// scores, the smaller id. +0 equals -0. NaN ranks above all numbers, so that it is seen.
inline uint64_t Candidate(float score, uint32_t id) {
  const uint32_t bits = FloatBits(score + 0.0f);
  const uint32_t ordered = bits >> 31 ? ~bits : bits | 0x80000000u;
  return uint64_t{score != score ? 0xFFFFFFFFu : ordered} << 32 | (0xFFFFFFFFu - id);
}

inline float CandidateScore(uint64_t candidate) {
  const uint32_t ordered = static_cast<uint32_t>(candidate >> 32);
  return FloatFromBits(ordered >> 31 ? ordered & 0x7FFFFFFFu : ~ordered);
}

inline uint32_t CandidateId(uint64_t candidate) {
  return 0xFFFFFFFFu - static_cast<uint32_t>(candidate);
}

// Brings the best `count` of [begin, end) to the front, best first.
inline void SortBest(uint64_t* begin, uint64_t* end, int64_t count) {
  if (count < end - begin) std::nth_element(begin, begin + count, end, std::greater<uint64_t>());
  std::sort(begin, begin + count, std::greater<uint64_t>());
}

// Keeps the best `knn` of the scores it is offered. Those that cannot be among them any more are
// skipped, many at a time; the rest wait in a buffer of twice the size, which is cut down to the
// best when it is full.
class TopKeys {
 public:
  explicit TopKeys(int64_t knn)
      : knn_(knn), capacity_(std::max<int64_t>(2 * knn, 64)), buffer_(capacity_) {}

  void Clear() {
    size_ = 0;
    threshold_ = NAN;  // nothing is <= NaN: everything passes
  }

  // scores: of the keys first_key ... first_key + count - 1, which come in ascending order.
  void Offer(const float* scores, int64_t count, int64_t first_key) {
    int64_t i = 0;
    for (; i + kBlock <= count; i += kBlock) {
      int passes = 0;
      for (int64_t j = 0; j < kBlock; ++j) passes |= !(scores[i + j] <= threshold_);
      if (passes) OfferEach(scores, i, i + kBlock, first_key);
    }
    OfferEach(scores, i, count, first_key);
  }

  // The best knn candidates, best first; at least so many must have been offered.
  const uint64_t* Finish() {
    SortBest(buffer_.data(), buffer_.data() + size_, knn_);
    return buffer_.data();
  }

 private:
  static constexpr int64_t kBlock = 16;

  void OfferEach(const float* scores, int64_t begin, int64_t end, int64_t first_key) {
    for (int64_t i = begin; i < end; ++i) {
      // A later key with the score of the worst kept one ranks below it.
      if (scores[i] <= threshold_) continue;
      buffer_[size_++] = Candidate(scores[i], static_cast<uint32_t>(first_key + i));
      if (size_ == capacity_) CutDown();
    }
  }

  void CutDown() {
    std::nth_element(buffer_.begin(), buffer_.begin() + (knn_ - 1), buffer_.end(),
                     std::greater<uint64_t>());
    size_ = knn_;
    threshold_ = CandidateScore(buffer_[knn_ - 1]);
  }

  int64_t knn_;
  int64_t capacity_;
  std::vector<uint64_t> buffer_;  // the first size_ are candidates
  int64_t size_ = 0;
  float threshold_ = NAN;  // the worst of the best knn before the last cut
};

}  // namespace mneme::cpu

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_
