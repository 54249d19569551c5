// Counter-based random bits: a random number is a function of a key, which says what the number
// is for, and of a place in the tensor it goes to. Nothing depends on the order in which numbers
// are drawn, on the number of threads, or on the device.
//
// Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3"
// (SC 2011), section 3.3 and the constants of its table 2.
//
// Header-only and free of dependencies: kernels of every device use it.

#ifndef MNEME_RUNTIME_RANDOM_PHILOX_H_
#define MNEME_RUNTIME_RANDOM_PHILOX_H_

#include <cstddef>
#include <cstdint>

#include "runtime/core/host_device.h"

namespace mneme {

// What a set of random numbers is for. Two different keys give unrelated numbers.
struct PhiloxKey {
  uint64_t bits = 0;
};

// A counter, or the four random words drawn for it.
struct PhiloxBlock {
  uint32_t words[4];
};

// The upper 32 bits of the product; the lower ones go to *low.
MNEME_HOST_DEVICE inline uint32_t MultiplyHighLow(uint32_t a, uint32_t b, uint32_t* low) {
  const uint64_t product = static_cast<uint64_t>(a) * b;
  *low = static_cast<uint32_t>(product);
  return static_cast<uint32_t>(product >> 32);
}

// The four random words that belong to `counter` under `key`: a bijection of the counters.
MNEME_HOST_DEVICE inline PhiloxBlock Philox4x32(PhiloxBlock counter, PhiloxKey key) {
  uint32_t c0 = counter.words[0], c1 = counter.words[1];
  uint32_t c2 = counter.words[2], c3 = counter.words[3];
  uint32_t k0 = static_cast<uint32_t>(key.bits);
  uint32_t k1 = static_cast<uint32_t>(key.bits >> 32);
  for (int round = 0; round < 10; ++round) {
    uint32_t low0, low1;
    const uint32_t high0 = MultiplyHighLow(0xD2511F53u, c0, &low0);
    const uint32_t high1 = MultiplyHighLow(0xCD9E8D57u, c2, &low1);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

// Counters of different use never meet: their last words differ.
enum class PhiloxUse : uint32_t { kElements = 0, kRows = 1, kStream = 2, kRounding = 3 };

// The counter of the block that holds elements 4 * block_index ... 4 * block_index + 3 of a
// tensor, counted in row-major order.
MNEME_HOST_DEVICE inline PhiloxBlock ElementCounter(uint64_t block_index) {
  return {{static_cast<uint32_t>(block_index), static_cast<uint32_t>(block_index >> 32), 0,
           static_cast<uint32_t>(PhiloxUse::kElements)}};
}

// The counter of the block that holds columns 4 * column_block ... 4 * column_block + 3 of a row.
// What a row holds depends neither on how long the rows are nor on where the table begins.
MNEME_HOST_DEVICE inline PhiloxBlock RowCounter(uint64_t row, uint32_t column_block) {
  return {{static_cast<uint32_t>(row), static_cast<uint32_t>(row >> 32), column_block,
           static_cast<uint32_t>(PhiloxUse::kRows)}};
}

// The bits that belong to element `index` of a tensor. Whoever needs four neighbours draws their
// block once instead.
MNEME_HOST_DEVICE inline uint32_t ElementBits(PhiloxKey key, uint64_t index) {
  return Philox4x32(ElementCounter(index / 4), key).words[index % 4];
}

// The bits that belong to column `column` of row `row`.
MNEME_HOST_DEVICE inline uint32_t RowBits(PhiloxKey key, uint64_t row, uint64_t column) {
  return Philox4x32(RowCounter(row, static_cast<uint32_t>(column / 4)), key).words[column % 4];
}

// A 64-bit hash of a name, the same on every machine: FNV-1a (Fowler, Noll, Vo).
MNEME_HOST_DEVICE constexpr uint64_t HashName(const char* name, size_t size) {
  uint64_t hash = 0xCBF29CE484222325u;
  for (size_t i = 0; i < size; ++i) {
    hash = (hash ^ static_cast<unsigned char>(name[i])) * 0x100000001B3u;
  }
  return hash;
}

// The same for a string literal, and for any string class.
template <size_t size>
constexpr uint64_t HashName(const char (&literal)[size]) {
  return HashName(literal, size - 1);
}
template <typename String>
uint64_t HashName(const String& name) {
  return HashName(name.data(), name.size());
}

// A bijection of 64-bit words that changes about half of the bits if any one changes: the output
// function of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators",
// OOPSLA 2014), with Stafford's constants.
MNEME_HOST_DEVICE constexpr uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

// The key of the numbers drawn for `name_hash` (a HashName) at `step` of a run with this seed.
MNEME_HOST_DEVICE constexpr PhiloxKey MakePhiloxKey(uint64_t seed, uint64_t name_hash,
                                                    uint64_t step = 0) {
  constexpr uint64_t kOdd = 0x9E3779B97F4A7C15u;  // 2^64 / golden ratio: keeps 0 from mixing to 0
  return {MixBits(MixBits(MixBits(seed + kOdd) ^ name_hash) + kOdd * (step + 1))};
}

}  // namespace mneme

#endif  // MNEME_RUNTIME_RANDOM_PHILOX_H_
