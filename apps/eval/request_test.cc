#include "apps/eval/request.h"

#include <gtest/gtest.h>

#include <string>

#include "data/tokenizer/byte_tokenizer.h"

namespace mneme {
namespace {

const ByteTokenizer kBytes;

std::vector<int32_t> Bytes(const std::string& text, bool bos) {
  return kBytes.Encode(text, bos, /*eos=*/false);
}

TEST(MakeScoreRequest, ContextAndContinuation) {
  const ScoreRequest request = MakeScoreRequest(kBytes, "ab", " cde", 100);
  EXPECT_EQ(request.tokens, Bytes("ab cde", true));
  EXPECT_EQ(request.first, 3);
  EXPECT_FALSE(request.is_cut);
}

TEST(MakeScoreRequest, SpaceAtTheContextsEndIsScored) {
  const ScoreRequest request = MakeScoreRequest(kBytes, "ab \n", "c", 100);
  EXPECT_EQ(request.tokens, Bytes("ab \nc", true));
  EXPECT_EQ(request.first, 3);
  EXPECT_EQ(MakeScoreRequest(kBytes, "  ", "c", 100).first, 1);
  EXPECT_EQ(MakeScoreRequest(kBytes, "", "c", 100).first, 1);
}

TEST(MakeScoreRequest, LongOnesLoseTheirBeginning) {
  ScoreRequest request = MakeScoreRequest(kBytes, "abcd", "ef", 6);
  EXPECT_EQ(request.tokens, Bytes("abcdef", true));
  EXPECT_FALSE(request.is_cut);
  request = MakeScoreRequest(kBytes, "abcd", "ef", 5);
  EXPECT_EQ(request.tokens, Bytes("abcdef", false));
  EXPECT_EQ(request.first, 4);
  EXPECT_TRUE(request.is_cut);
  // A continuation that does not fit either: what the model can predict of it.
  request = MakeScoreRequest(kBytes, "ab", "cdefg", 3);
  EXPECT_EQ(request.tokens, Bytes("defg", false));
  EXPECT_EQ(request.first, 1);
}

TEST(MakeScoreRequest, NothingToScore) {
  const ScoreRequest request = MakeScoreRequest(kBytes, "ab", "", 5);
  EXPECT_EQ(request.first, request.tokens.size());
}

TEST(MakeRollingRequests, EachTokenOnce) {
  const std::string text = "abcdefghij";
  for (int64_t window : {1, 2, 3, 4, 5, 9, 10, 11, 50}) {
    std::vector<int32_t> scored;
    for (const ScoreRequest& request : MakeRollingRequests(kBytes, text, window)) {
      EXPECT_LE(request.tokens.size(), window + 1) << window;
      EXPECT_GE(request.first, 1) << window;
      scored.insert(scored.end(), request.tokens.begin() + request.first, request.tokens.end());
    }
    EXPECT_EQ(scored, Bytes(text, false)) << window;
  }
  EXPECT_TRUE(MakeRollingRequests(kBytes, "", 4).empty());
}

TEST(MakeRollingRequests, TheLastWindowReachesBack) {
  const std::vector<ScoreRequest> requests = MakeRollingRequests(kBytes, "abcdef", 4);
  ASSERT_EQ(requests.size(), 2);
  EXPECT_EQ(requests[0].tokens, Bytes("abcd", true));
  EXPECT_EQ(requests[0].first, 1);
  EXPECT_EQ(requests[1].tokens, Bytes("bcdef", false));
  EXPECT_EQ(requests[1].first, 3);
}

TEST(MakePrompt, LeavesRoomForTheCompletion) {
  EXPECT_EQ(MakePrompt(kBytes, "abcdef", 3, 10).tokens, Bytes("abcdef", true));
  const Prompt cut = MakePrompt(kBytes, "abcdef", 4, 10);
  EXPECT_EQ(cut.tokens, Bytes("abcdef", false));
  EXPECT_TRUE(cut.is_cut);
  EXPECT_EQ(MakePrompt(kBytes, "abcdef", 100, 5).tokens, Bytes("def", false));
}

}  // namespace
}  // namespace mneme
