#include "apps/convert/hf_names.h"

#include <gtest/gtest.h>

#include <set>

namespace mneme {
namespace {

TEST(HfNamesTest, Names) {
  EXPECT_EQ(HfName("tok_embeddings.weight"), "model.embed_tokens.weight");
  EXPECT_EQ(HfName("norm.weight"), "model.norm.weight");
  EXPECT_EQ(HfName("output.weight"), "lm_head.weight");
  EXPECT_EQ(HfName("layers.3.attention.wq.weight"), "model.layers.3.self_attn.q_proj.weight");
  EXPECT_EQ(HfName("layers.3.attention_norm.weight"), "model.layers.3.input_layernorm.weight");
  EXPECT_EQ(HfName("layers.10.ffn_norm.weight"), "model.layers.10.post_attention_layernorm.weight");
  EXPECT_EQ(HfName("layers.0.feed_forward.w1.weight"), "model.layers.0.mlp.gate_proj.weight");
  EXPECT_EQ(HfName("layers.0.feed_forward.w2.weight"), "model.layers.0.mlp.down_proj.weight");
  EXPECT_EQ(HfName("layers.0.feed_forward.w3.weight"), "model.layers.0.mlp.up_proj.weight");
  EXPECT_TRUE(HasRotaryRows("layers.1.attention.wk.weight"));
  EXPECT_FALSE(HasRotaryRows("layers.1.attention.wv.weight"));
}

TEST(HfNamesTest, PairsOfARotationMoveTogether) {
  constexpr int64_t kHeadDim = 6, kHeads = 3;
  std::set<int64_t> seen;
  for (int64_t head = 0; head < kHeads; ++head) {
    for (int64_t pair = 0; pair < kHeadDim / 2; ++pair) {
      const int64_t ours = head * kHeadDim + 2 * pair, theirs = head * kHeadDim + pair;
      EXPECT_EQ(HfRotaryRow(ours, kHeadDim), theirs);
      EXPECT_EQ(HfRotaryRow(ours + 1, kHeadDim), theirs + kHeadDim / 2);
    }
  }
  for (int64_t row = 0; row < kHeads * kHeadDim; ++row) {
    EXPECT_EQ(OurRotaryRow(HfRotaryRow(row, kHeadDim), kHeadDim), row);
    seen.insert(HfRotaryRow(row, kHeadDim));
  }
  EXPECT_EQ(seen.size(), kHeads * kHeadDim);
}

}  // namespace
}  // namespace mneme
