#include "apps/config/edit_distance.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(EditDistanceTest, CountsEditsAndSwaps) {
  EXPECT_EQ(EditDistance("", ""), 0);
  EXPECT_EQ(EditDistance("", "abc"), 3);
  EXPECT_EQ(EditDistance("abc", ""), 3);
  EXPECT_EQ(EditDistance("dim", "dmi"), 1);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  EXPECT_EQ(EditDistance("a", "b"), 1);
}

TEST(NearestNameTest, TheNearestOneThatIsNear) {
  const std::vector<std::string> names = {"bytes", "sp", "tiktoken", "hf"};
  EXPECT_EQ(NearestName(names, "byte"), "bytes");
  EXPECT_EQ(NearestName(names, "titkoken"), "tiktoken");
  EXPECT_EQ(NearestName(names, "fh"), "");
  EXPECT_EQ(NearestName(names, "words"), "");
  EXPECT_EQ(NearestName(names, ""), "");
  EXPECT_EQ(NearestName({}, "sp"), "");
}

}  // namespace
}  // namespace mneme
