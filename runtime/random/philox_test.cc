#include "runtime/random/philox.h"

#include <bit>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace mneme {
namespace {

std::vector<uint32_t> Draw(PhiloxBlock counter, uint32_t key0, uint32_t key1) {
  const PhiloxKey key = {key0 | static_cast<uint64_t>(key1) << 32};
  const PhiloxBlock block = Philox4x32(counter, key);
  return std::vector<uint32_t>(block.words, block.words + 4);
}

// The known answers that the authors publish for Philox4x32 with 10 rounds.
TEST(PhiloxTest, KnownAnswers) {
  EXPECT_EQ(Draw({{0, 0, 0, 0}}, 0, 0),
            (std::vector<uint32_t>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr uint32_t kOnes = 0xffffffff;
  EXPECT_EQ(Draw({{kOnes, kOnes, kOnes, kOnes}}, kOnes, kOnes),
            (std::vector<uint32_t>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  // The digits of pi.
  EXPECT_EQ(Draw({{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}}, 0xa4093822, 0x299f31d0),
            (std::vector<uint32_t>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

// Published FNV-1a values.
TEST(PhiloxTest, HashNameIsFnv1a) {
  EXPECT_EQ(HashName(""), 0xcbf29ce484222325u);
  EXPECT_EQ(HashName("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(HashName("foobar"), 0x85944171f73967e8u);
  EXPECT_EQ(HashName(std::string("foobar")), HashName("foobar"));
  EXPECT_EQ(HashName("\xff", 1), (0xcbf29ce484222325u ^ 0xff) * 0x100000001b3u);
}

TEST(PhiloxTest, EveryPartOfTheKeyCounts) {
  std::set<uint64_t> keys;
  for (uint64_t seed : {0, 1, 2, 777}) {
    for (const char* name : {"", "layers.0.wq", "layers.0.wk", "layers.1.wq"}) {
      for (uint64_t step : {0, 1, 2, 1000}) {
        keys.insert(MakePhiloxKey(seed, HashName(std::string(name)), step).bits);
      }
    }
  }
  EXPECT_EQ(keys.size(), 4u * 4u * 4u);
  EXPECT_EQ(MakePhiloxKey(3, 4).bits, MakePhiloxKey(3, 4, 0).bits);
  // A checkpoint outlives a build: the derivation must never change.
  EXPECT_EQ(MakePhiloxKey(777, HashName("layers.0.wq"), 5).bits, 3145020823717043501u);
}

TEST(PhiloxTest, PlacesNeverShareACounter) {
  const PhiloxKey key = MakePhiloxKey(1, 2);
  std::set<uint32_t> bits;
  constexpr uint64_t kFar = uint64_t{1} << 34;  // beyond what 32 bits of block index reach
  for (uint64_t i = 0; i < 100; ++i) {
    bits.insert(ElementBits(key, i));
    bits.insert(ElementBits(key, kFar + i));
    for (uint64_t column = 0; column < 9; ++column) {
      bits.insert(RowBits(key, i, column));
      bits.insert(RowBits(key, kFar + i, column));
    }
  }
  EXPECT_EQ(bits.size(), 100u * (2 + 2 * 9));
}

TEST(PhiloxTest, HalfOfTheBitsAreOnes) {
  const PhiloxKey key = MakePhiloxKey(5, HashName("bits"));
  constexpr int64_t kWords = 100000;
  int64_t ones = 0;
  for (int64_t i = 0; i < kWords; ++i) ones += std::popcount(ElementBits(key, i));
  // Mean 16 a word; the standard deviation of the total is sqrt(8 * kWords) = 894.
  EXPECT_LT(std::abs(ones - 16 * kWords), 4 * 894);
}

}  // namespace
}  // namespace mneme
