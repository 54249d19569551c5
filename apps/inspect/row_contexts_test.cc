#include "apps/inspect/row_contexts.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"

namespace mneme {
namespace {

using Strings = std::vector<std::string>;

// One head, two picks a token.
LayerPicks Picks(int64_t layer, std::vector<int64_t> rows, std::vector<float> weights) {
  return {.layer = layer, .heads = 1, .knn = 2, .n_keys = 8, .rows = rows, .weights = weights};
}

TEST(RowContexts, TheStrongestOfEachRow) {
  RowContexts contexts({5, 9, 40}, 2);
  const Strings tokens = {"<bos>", "the", " grey", " heron"};
  contexts.Add(
      0, tokens,
      {Picks(1, {5, 9, 1, 2, 9, 5, 3, 4}, {0.6f, 0.4f, 0.5f, 0.5f, 0.9f, 0.1f, 0.5f, 0.5f}),
       Picks(2, {0, 1, 5, 2, 5, 2, 3, 4}, {0.5f, 0.5f, 0.7f, 0.3f, 0.05f, 0.9f, 0.5f, 0.5f})});
  contexts.Add(1, {"wading"}, {Picks(1, {5, 9}, {0.65f, 0.35f}), Picks(2, {1, 2}, {0.5f, 0.5f})});
  const std::vector<RowContext> found = contexts.Strongest();
  ASSERT_EQ(found.size(), 4);
  EXPECT_EQ(found[0].row, 5);
  EXPECT_FLOAT_EQ(found[0].weight, 0.7f);
  EXPECT_EQ(found[0].layer, 2);
  EXPECT_EQ(found[0].before, "<bos>");
  EXPECT_EQ(found[0].token, "the");
  EXPECT_EQ(found[0].after, " grey heron");
  EXPECT_FLOAT_EQ(found[1].weight, 0.65f);
  EXPECT_EQ(found[1].document, 1);
  EXPECT_EQ(found[2].row, 9);
  EXPECT_FLOAT_EQ(found[2].weight, 0.9f);
  EXPECT_FLOAT_EQ(found[3].weight, 0.4f);
}

TEST(RowContexts, OfEquallyStrongOnesTheFirstAreKept) {
  RowContexts contexts({5}, 2);
  for (const int64_t document : {0, 1, 2}) {
    contexts.Add(document, {"owl"}, {Picks(1, {5, 6}, {0.5f, 0.5f})});
  }
  const std::vector<RowContext> found = contexts.Strongest();
  ASSERT_EQ(found.size(), 2);
  EXPECT_EQ(found[0].document, 0);
  EXPECT_EQ(found[1].document, 1);
}

TEST(RowContexts, HeadsAreNumberedAndTextIsShort) {
  RowContexts contexts({3}, 1);
  Strings tokens(60, "word ");
  std::vector<int64_t> rows(60 * 2 * 2, 0);
  rows[30 * 4 + 3] = 3;  // token 30, head 1, its second pick
  contexts.Add(0, tokens,
               {{.layer = 0,
                 .heads = 2,
                 .knn = 2,
                 .n_keys = 2,
                 .rows = rows,
                 .weights = std::vector<float>(rows.size(), 0.5f)}});
  const std::vector<RowContext> found = contexts.Strongest();
  ASSERT_EQ(found.size(), 1);
  EXPECT_EQ(found[0].head, 1);
  EXPECT_EQ(found[0].before.size(), 45);
  EXPECT_EQ(found[0].after.size(), 20);
}

}  // namespace
}  // namespace mneme
