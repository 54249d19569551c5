// Expected numbers are CPython 3.11's.

#include "data/tasks/python_random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mneme {
namespace {

using testing::ElementsAre;

std::vector<uint64_t> Words(uint64_t seed) {
  PythonRandom random(seed);
  return {random.Bits(32), random.Bits(32), random.Bits(32)};
}

TEST(PythonRandom, SeedsOfOneAndTwoWords) {
  EXPECT_THAT(Words(1234), ElementsAre(4150886329, 3342196574, 1892932127));
  EXPECT_THAT(Words(0), ElementsAre(3626764237, 1654615998, 3255389356));
  EXPECT_THAT(Words(uint64_t{1} << 32), ElementsAre(485306839, 1508871100, 1794561286));
  EXPECT_THAT(Words(~uint64_t{0}), ElementsAre(93740670, 1068495656, 1452108352));
}

TEST(PythonRandom, BitsOfAnyNumber) {
  PythonRandom random(7);
  std::vector<uint64_t> drawn;
  for (int bits : {1, 5, 31, 32, 33, 48, 64}) drawn.push_back(random.Bits(bits));
  EXPECT_THAT(drawn, ElementsAre(0, 30, 323946139, 1695753998, 2795742288, 231168335884083,
                                 1736392818365009963));
}

TEST(PythonRandom, BelowABound) {
  PythonRandom random(5);
  std::vector<uint64_t> drawn;
  for (uint64_t n :
       {uint64_t{1}, uint64_t{2}, uint64_t{3}, uint64_t{10}, uint64_t{256}, uint64_t{1} << 31,
        uint64_t{1} << 32, (uint64_t{1} << 32) + 1, uint64_t{1} << 40}) {
    drawn.push_back(random.Below(n));
  }
  EXPECT_THAT(drawn, ElementsAre(0, 1, 2, 8, 14, 1999834075, 673671309, 1596840319, 544895824128));
}

TEST(PythonRandom, SamplesFollowEachOtherInOneStream) {
  PythonRandom random(1234);
  EXPECT_THAT(random.Sample(87925, 6), ElementsAre(57767, 15315, 981, 11880, 76313, 4577));
  EXPECT_THAT(random.Sample(87925, 6), ElementsAre(11001, 12900, 46482, 31039, 2284, 4038));
  EXPECT_THAT(random.Sample(87925, 6), ElementsAre(2076, 45362, 84976, 81694, 63471, 80716));
}

TEST(PythonRandom, SmallAndLargePopulations) {
  struct Case {
    uint64_t seed;
    int64_t size, count;
    std::vector<int64_t> sample;
    uint64_t next;
  };
  // Where a population is too large to be copied, seeds 2 and 10 draw one item twice.
  for (const Case& c :
       {Case{2, 21, 5, {1, 2, 19, 11, 5}, 3160967032},
        Case{2, 22, 5, {1, 2, 11, 5, 21}, 3667190760},
        Case{10, 85, 6, {73, 4, 54, 61, 84, 1}, 885185152},
        Case{10, 86, 6, {73, 4, 54, 61, 1, 26}, 1986768135},
        Case{3, 5, 5, {1, 4, 3, 2, 0}, 2601030205}, Case{3, 10, 0, {}, 1022050301}}) {
    PythonRandom random(c.seed);
    EXPECT_EQ(random.Sample(c.size, c.count), c.sample) << c.size;
    EXPECT_EQ(random.Bits(32), c.next) << c.size;
  }
  PythonRandom random(3);
  const std::vector<int64_t> sample = random.Sample(600, 30);
  EXPECT_EQ(sample.size(), 30);
  EXPECT_EQ(sample.front(), 243);
  EXPECT_EQ(sample.back(), 275);
  EXPECT_EQ(random.Bits(32), 2030441878);
}

}  // namespace
}  // namespace mneme
