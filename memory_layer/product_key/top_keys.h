// Exact selection of the best scores of a stream, for CPU kernels: inline, and free of
// dependencies.

#ifndef MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_
#define MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <vector>

#include "memory_layer/product_key/candidate.h"

namespace mneme::cpu {

// Four words in one vector register (of a CPU that has such).
typedef int64_t Int64x4 __attribute__((vector_size(32)));

// Sorts few words, largest first: each word's place is the number of larger ones. Words differ.
// More comparisons than a sort by branches needs, and several times faster for random words.
inline void SortByRank(uint64_t* words, int64_t count) {
  constexpr int64_t kMaxCount = 64;
  constexpr uint64_t kSignBit = uint64_t{1} << 63;  // signed comparisons are what the CPU has
  alignas(32) int64_t numbers[kMaxCount], places[kMaxCount];
  uint64_t sorted[kMaxCount];
  for (int64_t i = 0; i < count; ++i) numbers[i] = static_cast<int64_t>(words[i] ^ kSignBit);
  for (int64_t i = count; i % 4 != 0; ++i) numbers[i] = 0;
  for (int64_t i = 0; i < count; i += 4) {
    Int64x4 four, larger = {};
    std::memcpy(&four, numbers + i, sizeof(four));
    for (int64_t j = 0; j < count; ++j) larger -= (Int64x4{} + numbers[j]) > four;
    std::memcpy(places + i, &larger, sizeof(larger));
  }
  for (int64_t i = 0; i < count; ++i) sorted[places[i]] = words[i];
  std::copy_n(sorted, count, words);
}

// Brings the best `count` of [begin, end) to the front, best first.
inline void SortBest(uint64_t* begin, uint64_t* end, int64_t count) {
  if (count < end - begin) std::nth_element(begin, begin + count, end, std::greater<uint64_t>());
  if (count <= 64) {
    SortByRank(begin, count);
  } else {
    std::sort(begin, begin + count, std::greater<uint64_t>());
  }
}

// Keeps the best `knn` of the scores it is offered. Those that cannot be among them any more are
// skipped, many at a time; the rest wait in a buffer, which is cut down to the best when it is
// full.
class TopKeys {
 public:
  explicit TopKeys(int64_t knn)
      : knn_(knn), capacity_(std::max<int64_t>(4 * knn, 64)), buffer_(capacity_ + kBlock) {}

  void Clear() {
    size_ = 0;
    threshold_ = NAN;  // nothing is <= NaN: everything passes
  }

  // scores: of the keys first_key ... first_key + count - 1, which come in ascending order.
  void Offer(const float* scores, int64_t count, int64_t first_key) {
    int64_t i = 0;
    for (; i + kBlock <= count; i += kBlock) {
      if (!NonePasses(scores + i)) Append(scores + i, kBlock, first_key + i);
    }
    Append(scores + i, count - i, first_key + i);
  }

  // The best knn candidates, best first; at least so many must have been offered.
  const uint64_t* Finish() {
    SortBest(buffer_.data(), buffer_.data() + size_, knn_);
    return buffer_.data();
  }

 private:
  static constexpr int64_t kBlock = 16;

  // Of a whole block. A later key with the score of the worst kept one ranks below it.
  bool NonePasses(const float* scores) const {
    typedef float Float8 __attribute__((vector_size(32)));
    Float8 low, high;
    std::memcpy(&low, scores, sizeof(low));
    std::memcpy(&high, scores + 8, sizeof(high));
    const auto below = (low <= threshold_) & (high <= threshold_);  // -1 where true
    Int64x4 all;
    std::memcpy(&all, &below, sizeof(all));
    return (all[0] & all[1] & all[2] & all[3]) == -1;
  }

  // Without branches: whether a score passes is hard to predict. count <= kBlock.
  void Append(const float* scores, int64_t count, int64_t first_key) {
    for (int64_t i = 0; i < count; ++i) {
      buffer_[size_] = Candidate(scores[i], static_cast<uint32_t>(first_key + i));
      size_ += !(scores[i] <= threshold_);
    }
    if (size_ >= capacity_) CutDown();
  }

  void CutDown() {
    std::nth_element(buffer_.begin(), buffer_.begin() + (knn_ - 1), buffer_.begin() + size_,
                     std::greater<uint64_t>());
    size_ = knn_;
    threshold_ = CandidateScore(buffer_[knn_ - 1]);
  }

  int64_t knn_;
  int64_t capacity_;
  std::vector<uint64_t> buffer_;  // [capacity_ + kBlock], the first size_ are candidates
  int64_t size_ = 0;
  float threshold_ = NAN;  // the worst of the best knn before the last cut
};

}  // namespace mneme::cpu

#endif  // MNEME_MEMORY_LAYER_PRODUCT_KEY_TOP_KEYS_H_
