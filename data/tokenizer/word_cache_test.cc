#include "data/tokenizer/word_cache.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace mneme {
namespace {

using Ids = std::vector<int32_t>;

TEST(WordCacheTest, KnowsWhatWasAdded) {
  WordCache cache;
  Ids ids = {9};
  {
    WordCache::Use use(&cache);
    EXPECT_FALSE(use.AppendIds("owl", 0, &ids));
    use.Add("owl", {1, 2});
    use.Add("", {3});
  }
  WordCache::Use use(&cache);
  EXPECT_TRUE(use.AppendIds("owl", 0, &ids));
  EXPECT_TRUE(use.AppendIds("", 0, &ids));
  EXPECT_FALSE(use.AppendIds("owls", 0, &ids));
  EXPECT_EQ(ids, (Ids{9, 1, 2, 3}));
  EXPECT_TRUE(use.AppendIds("owl", 1, &ids));
  EXPECT_TRUE(use.AppendIds("owl", 2, &ids));
  EXPECT_EQ(ids, (Ids{9, 1, 2, 3, 2}));
}

TEST(WordCacheTest, KeepsNoLongWords) {
  WordCache cache;
  WordCache::Use use(&cache);
  Ids ids;
  const std::string longest(WordCache::kMaxWordBytes, 'a');
  use.Add(longest, {1});
  use.Add(longest + "a", {2});
  EXPECT_TRUE(use.AppendIds(longest, 0, &ids));
  EXPECT_FALSE(use.AppendIds(longest + "a", 0, &ids));
}

TEST(WordCacheTest, ASecondUseKnowsNothingAndDoesNotWait) {
  WordCache cache;
  WordCache::Use first(&cache);
  first.Add("owl", {1});
  Ids ids;
  WordCache::Use second(&cache);
  EXPECT_FALSE(second.AppendIds("owl", 0, &ids));
  second.Add("owl", {2});
  EXPECT_TRUE(first.AppendIds("owl", 0, &ids));
  EXPECT_EQ(ids, Ids{1});
}

TEST(WordCacheTest, BeginsAnewWhenItIsFull) {
  WordCache cache;
  WordCache::Use use(&cache);
  for (size_t i = 0; i < WordCache::kMaxWords; ++i) use.Add(absl::StrCat(i), {1});
  Ids ids;
  EXPECT_TRUE(use.AppendIds("0", 0, &ids));
  use.Add("one more", {2});
  EXPECT_FALSE(use.AppendIds("0", 0, &ids));
  EXPECT_TRUE(use.AppendIds("one more", 0, &ids));
  EXPECT_EQ(ids, (Ids{1, 2}));
}

}  // namespace
}  // namespace mneme
