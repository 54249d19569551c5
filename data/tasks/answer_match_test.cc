#include "data/tasks/answer_match.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

TEST(NormaliseAnswer, ArticlesAtTheBeginningsOfWords) {
  const auto normal = [](const char* text) { return NormaliseAnswer(text, true); };
  EXPECT_EQ(normal("The Who"), "who");
  EXPECT_EQ(normal("a the an An A The x"), "x");
  EXPECT_EQ(normal("THE who"), "the who");  // no such spelling is dropped
  EXPECT_EQ(normal("bathe in a sea"), "bathe in sea");
  EXPECT_EQ(normal("the"), "the");  // without a space behind it
  EXPECT_EQ(normal("caf\u00E9a b"), "caf\u00E9a b");
  EXPECT_EQ(normal("over-the top, \u201Ca b"), "overtop \u201Cb");
  EXPECT_EQ(normal(""), "");
}

TEST(NormaliseAnswer, CaseAndAsciiPunctuation) {
  EXPECT_EQ(NormaliseAnswer("The U.S.A. (\u00C9TATS-Unis)", false), "the usa \u00E9tatsunis");
  EXPECT_EQ(NormaliseAnswer("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~", true), "");
  EXPECT_EQ(NormaliseAnswer("\u00BFa\u2014b", true), "\u00BFa\u2014b");
}

TEST(IsAccepted, AnyOfThemOnceNormalised) {
  EXPECT_TRUE(IsAccepted("the Beatles", {"Wings", "Beatles."}, true));
  EXPECT_FALSE(IsAccepted("the Beatles", {"Wings", "Beatles."}, false));
  EXPECT_FALSE(IsAccepted("Beatle", {"Beatles"}, true));
  EXPECT_FALSE(IsAccepted("", {"one"}, true));
}

}  // namespace
}  // namespace mneme
