#include "data/wordnet/gloss.h"

#include <gtest/gtest.h>

namespace mneme {
namespace {

using Examples = std::vector<std::string>;

TEST(GlossTest, ADefinitionAlone) {
  const Gloss gloss = SplitGloss("grey or white wading bird with (usually) long bill  ");
  EXPECT_EQ(gloss.definition, "grey or white wading bird with (usually) long bill");
  EXPECT_TRUE(gloss.examples.empty());
}

TEST(GlossTest, DefinitionAndExamples) {
  const Gloss gloss = SplitGloss(
      "draw air into, and expel out of, the lungs; \"I can breathe; now\"; \"he respires\"");
  EXPECT_EQ(gloss.definition, "draw air into, and expel out of, the lungs");
  EXPECT_EQ(gloss.examples, (Examples{"I can breathe; now", "he respires"}));
}

TEST(GlossTest, DefinitionsInSeveralPartsStayTogether) {
  const Gloss gloss = SplitGloss("one thing; another; \"an example\"; (`odd' is odd)");
  EXPECT_EQ(gloss.definition, "one thing; another; ('odd' is odd)");
  EXPECT_EQ(gloss.examples, Examples{"an example"});
}

TEST(GlossTest, AuthorsAreDropped) {
  const Gloss gloss = SplitGloss("by a hair; \"had scarcely rung\"- W.B.Yeats; \"just so\" -X");
  EXPECT_EQ(gloss.definition, "by a hair");
  EXPECT_EQ(gloss.examples, (Examples{"had scarcely rung", "just so"}));
}

TEST(GlossTest, MarkupIsCleaned) {
  const Gloss gloss = SplitGloss("sold as `red  snapper_fish';");
  EXPECT_EQ(gloss.definition, "sold as 'red snapper fish'");
}

TEST(GlossTest, SeparatorsBeforeExamplesVary) {
  EXPECT_EQ(SplitGloss("skin-deep: \"her beauty\"").definition, "skin-deep");
  EXPECT_EQ(SplitGloss("begin moving, \"it stirs\", \"it moves\"").examples.size(), 2u);
}

TEST(GlossTest, AnOddQuotationMarkCostsTheExamples) {
  EXPECT_EQ(SplitGloss("close in; darkness enclosed him\"").definition, "close in");
  const Gloss gloss = SplitGloss("utter; casually; \"drop a hint\"; drop names\"");
  EXPECT_EQ(gloss.definition, "utter; casually");
  EXPECT_TRUE(gloss.examples.empty());
  EXPECT_EQ(SplitGloss("a post office\"").definition, "a post office");
}

}  // namespace
}  // namespace mneme
