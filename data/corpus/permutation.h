// Random orders.

#ifndef MNEME_DATA_CORPUS_PERMUTATION_H_
#define MNEME_DATA_CORPUS_PERMUTATION_H_

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "runtime/random/philox.h"

namespace mneme {

// A random order of 0 .. size - 1, a function of `key` and `size` alone: Fisher and Yates'
// shuffle (Durstenfeld, "Algorithm 235: Random permutation", CACM 1964). size < 2^31.
// A position is taken from 32 random bits by multiplication, which prefers no position by more
// than size / 2^32.
inline std::vector<int32_t> RandomPermutation(PhiloxKey key, int64_t size) {
  std::vector<int32_t> order(size);
  std::iota(order.begin(), order.end(), 0);
  for (int64_t last = size - 1; last > 0; --last) {
    const uint64_t bits = ElementBits(key, last);
    std::swap(order[last], order[bits * static_cast<uint64_t>(last + 1) >> 32]);
  }
  return order;
}

}  // namespace mneme

#endif  // MNEME_DATA_CORPUS_PERMUTATION_H_
