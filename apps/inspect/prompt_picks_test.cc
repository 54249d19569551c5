#include "apps/inspect/prompt_picks.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "apps/eval/testing/tiny_model.h"

namespace mneme {
namespace {

TEST(PromptPicks, AreTheLayersOwn) {
  const auto model = MakeTinyModel();
  const ByteTokenizer tokenizer;
  const PromptPicks prompt = PickRowsOf(model.get(), tokenizer, "a\u00E9\n");
  EXPECT_EQ(prompt.tokens, (std::vector<std::string>{"<bos>", "a", "<C3>", "<A9>", "\n"}));
  EXPECT_FALSE(prompt.is_cut);
  ASSERT_EQ(prompt.layers.size(), 1);
  const LayerPicks& picks = prompt.layers[0];
  EXPECT_EQ(picks.layer, 1);
  EXPECT_EQ(picks.tokens(), 5);
  EXPECT_EQ(picks.n_rows(), 64);
  const MemoryLayer* layer = model->memory_layers()[0].module;
  EXPECT_EQ(picks.rows, layer->last_rows().ToVector<int64_t>());
  const std::vector<float> scores = layer->last_scores().ToVector<float>();
  for (size_t i = 0; i < picks.weights.size(); i += 3) {  // a head's knn
    EXPECT_NEAR(picks.weights[i] + picks.weights[i + 1] + picks.weights[i + 2], 1.0, 1e-6);
    EXPECT_NEAR(std::log(picks.weights[i] / picks.weights[i + 2]), scores[i] - scores[i + 2], 1e-4);
  }
}

TEST(PromptPicks, LongPromptsKeepTheirEnd) {
  const auto model = MakeTinyModel();
  const ByteTokenizer tokenizer;
  const PromptPicks prompt =
      PickRowsOf(model.get(), tokenizer, std::string(20, 'x') + "0123456789");
  EXPECT_TRUE(prompt.is_cut);
  ASSERT_EQ(prompt.tokens.size(), 24);
  EXPECT_EQ(prompt.tokens.front(), "x");
  EXPECT_EQ(prompt.tokens.back(), "9");
  EXPECT_EQ(prompt.layers[0].tokens(), 24);
}

}  // namespace
}  // namespace mneme
