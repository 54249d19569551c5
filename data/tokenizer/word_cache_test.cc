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
    EXPECT_FALSE(use.AppendIds("owl", &ids));
    use.Add("owl", {1, 2});
    use.Add("", {3});
  }
  WordCache::Use use(&cache);
  EXPECT_TRUE(use.AppendIds("owl", &ids));
  EXPECT_TRUE(use.AppendIds("", &ids));
  EXPECT_FALSE(use.AppendIds("owls", &ids));
  EXPECT_EQ(ids, (Ids{9, 1, 2, 3}));
}

TEST(WordCacheTest, KeepsNoLongWords) {
  WordCache cache;
  WordCache::Use use(&cache);
  Ids ids;
  const std::string longest(WordCache::kMaxWordBytes, 'a');
  use.Add(longest, {1});
  use.Add(longest + "a", {2});
  EXPECT_TRUE(use.AppendIds(longest, &ids));
  EXPECT_FALSE(use.AppendIds(longest + "a", &ids));
}

TEST(WordCacheTest, ASecondUseKnowsNothingAndDoesNotWait) {
  WordCache cache;
  WordCache::Use first(&cache);
  first.Add("owl", {1});
  Ids ids;
  WordCache::Use second(&cache);
  EXPECT_FALSE(second.AppendIds("owl", &ids));
  second.Add("owl", {2});
  EXPECT_TRUE(first.AppendIds("owl", &ids));
  EXPECT_EQ(ids, Ids{1});
}

TEST(WordCacheTest, BeginsAnewWhenItIsFull) {
  WordCache cache;
  WordCache::Use use(&cache);
  for (size_t i = 0; i < WordCache::kMaxWords; ++i) use.Add(absl::StrCat(i), {1});
  Ids ids;
  EXPECT_TRUE(use.AppendIds("0", &ids));
  use.Add("one more", {2});
  EXPECT_FALSE(use.AppendIds("0", &ids));
  EXPECT_TRUE(use.AppendIds("one more", &ids));
  EXPECT_EQ(ids, (Ids{1, 2}));
}

}  // namespace
}  // namespace mneme
