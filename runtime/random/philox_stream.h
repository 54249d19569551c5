// Random numbers drawn one after another, for what has an order of its own: shuffling data,
// sampling tokens. The whole state is a key and a position, so a run can save and resume it.

#ifndef MNEME_RUNTIME_RANDOM_PHILOX_STREAM_H_
#define MNEME_RUNTIME_RANDOM_PHILOX_STREAM_H_

#include <cstdint>
#include <utility>

#include "runtime/random/philox.h"

namespace mneme {

class PhiloxStream {
 public:
  // `position` counts the 32-bit words drawn so far. A stream made from the key and position of
  // another continues where that one was.
  explicit PhiloxStream(PhiloxKey key, uint64_t position = 0) : key_(key), position_(position) {
    DrawBlock();
  }

  PhiloxKey key() const { return key_; }
  uint64_t position() const { return position_; }

  uint32_t Next32() {
    const uint32_t word = block_.words[position_ % 4];
    if (++position_ % 4 == 0) DrawBlock();
    return word;
  }

  uint64_t Next64() {
    const uint64_t low = Next32();
    return low | static_cast<uint64_t>(Next32()) << 32;
  }

  // Uniform in [0, bound), every value equally likely; bound > 0.
  // D. Lemire, "Fast random integer generation in an interval" (ACM TOMACS 29, 2019), algorithm 5.
  uint64_t Below(uint64_t bound) {
    unsigned __int128 product = static_cast<unsigned __int128>(Next64()) * bound;
    if (static_cast<uint64_t>(product) < bound) {
      const uint64_t rejected = -bound % bound;  // 2^64 mod bound: so many values are too many
      while (static_cast<uint64_t>(product) < rejected) {
        product = static_cast<unsigned __int128>(Next64()) * bound;
      }
    }
    return static_cast<uint64_t>(product >> 64);
  }

  // Uniform in [0, 1): a multiple of 2^-53.
  double UniformDouble() { return static_cast<double>(Next64() >> 11) * 0x1p-53; }

  // Brings the elements of a random-access container into random order, every order equally
  // likely (Fisher and Yates).
  template <typename Container>
  void Shuffle(Container& elements) {
    for (uint64_t remaining = elements.size(); remaining > 1; --remaining) {
      using std::swap;
      swap(elements[remaining - 1], elements[Below(remaining)]);
    }
  }

 private:
  void DrawBlock() {
    const uint64_t block_index = position_ / 4;
    block_ =
        Philox4x32({{static_cast<uint32_t>(block_index), static_cast<uint32_t>(block_index >> 32),
                     0, static_cast<uint32_t>(PhiloxUse::kStream)}},
                   key_);
  }

  PhiloxKey key_;
  uint64_t position_;
  PhiloxBlock block_;  // the words of positions 4 * (position_ / 4) ... + 3
};

}  // namespace mneme

#endif  // MNEME_RUNTIME_RANDOM_PHILOX_STREAM_H_
