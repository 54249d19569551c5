#include "data/corpus/document_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace mneme {
namespace {

// These never change: a document held out once is held out for good.
TEST(DocumentHashTest, HashesAreFixed) {
  EXPECT_EQ(HashBytes(""), 4689433742414207166u);
  EXPECT_EQ(HashBytes("a"), 11533478676666247569u);
  EXPECT_EQ(HashBytes("12345678"), 5796858289700113655u);
  EXPECT_EQ(HashBytes("The quick brown fox jumps over the lazy dog"), 18150207101438900245u);
}

TEST(DocumentHashTest, EveryByteAndTheLengthCount) {
  std::set<uint64_t> hashes;
  std::string text(37, '\0');
  hashes.insert(HashBytes(text));
  hashes.insert(HashBytes(text.substr(1)));
  for (size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = 1;
    hashes.insert(HashBytes(changed));
  }
  EXPECT_EQ(hashes.size(), text.size() + 2);
}

TEST(DocumentHashTest, HoldsOutOneInFifty) {
  int held_out = 0;
  for (int i = 0; i < 100000; ++i) held_out += IsHeldOut("document " + std::to_string(i));
  // Binomial: mean 2000, standard deviation 44.
  EXPECT_NEAR(held_out, 2000, 200);
}

TEST(DocumentHashTest, TokensGoOnFromAHash) {
  const std::vector<int32_t> a = {1, 2, 3};
  const std::vector<int32_t> b = {4};
  EXPECT_NE(HashTokens(HashTokens(0, a), b), HashTokens(HashTokens(0, b), a));
  EXPECT_NE(HashTokens(0, a), HashTokens(1, a));
}

}  // namespace
}  // namespace mneme
