#include "apps/convert/hf_config.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "nn/modules/feed_forward.h"

namespace mneme {
namespace {

constexpr char kLlama2[] = R"({"architectures": ["LlamaForCausalLM"], "hidden_act": "silu",
  "hidden_size": 4096, "intermediate_size": 11008, "max_position_embeddings": 4096,
  "model_type": "llama", "num_attention_heads": 32, "num_hidden_layers": 32,
  "num_key_value_heads": 32, "rms_norm_eps": 1e-06, "rope_scaling": null,
  "tie_word_embeddings": false, "torch_dtype": "float16", "vocab_size": 32000)";

std::string ErrorOf(const std::string& more) {
  return std::string(
      ModelFromHfConfig(absl::StrCat(kLlama2, more, "}"), "config.json").status().message());
}

TEST(HfConfigTest, ReadsTheOlderAndTheNewerForm) {
  const auto old = ModelFromHfConfig(absl::StrCat(kLlama2, "}"), "config.json");
  ASSERT_TRUE(old.ok()) << old.status();
  EXPECT_EQ(old->dim, 4096);
  EXPECT_EQ(old->n_layers, 32);
  EXPECT_EQ(NumKvHeads(*old), 32);
  EXPECT_EQ(HeadDim(*old), 128);
  EXPECT_EQ(old->norm_eps, 1e-6);
  EXPECT_EQ(old->rope_theta, 10000.0);
  EXPECT_EQ(old->vocab_size, 32000);
  EXPECT_EQ(old->max_seqlen, 4096);
  EXPECT_FALSE(old->weight_tying);
  EXPECT_EQ(nn::FeedForwardHidden(*old), 11008);

  const auto newer = ModelFromHfConfig(
      absl::StrCat(kLlama2, R"(, "rope_parameters": {"rope_type": "default", "rope_theta": 5e5},
                   "head_dim": 64, "tie_word_embeddings": true})"),
      "config.json");
  ASSERT_TRUE(newer.ok()) << newer.status();
  EXPECT_EQ(newer->rope_theta, 5e5);
  EXPECT_EQ(HeadDim(*newer), 64);
  EXPECT_TRUE(newer->weight_tying);
}

TEST(HfConfigTest, WhatIsNoPlainLlamaIsRefused) {
  EXPECT_EQ(ErrorOf(R"(, "model_type": "gpt2")"),
            "config.json: \"model_type\" is \"gpt2\", expected \"llama\": only Llama models can be "
            "converted");
  EXPECT_EQ(ErrorOf(R"(, "rope_scaling": {"rope_type": "llama3", "factor": 8.0})"),
            "config.json: rope_scaling: \"rope_type\" is \"llama3\", expected \"default\": rotary "
            "frequencies here are not scaled");
  EXPECT_NE(ErrorOf(R"(, "rope_scaling": {"type": "linear", "factor": 2.0})"), "");
  EXPECT_NE(ErrorOf(R"(, "attention_bias": true)"), "");
  EXPECT_NE(ErrorOf(R"(, "mlp_bias": true)"), "");
  EXPECT_NE(ErrorOf(R"(, "hidden_act": "gelu")"), "");
  EXPECT_EQ(ErrorOf(R"(, "hidden_size": "wide")"),
            "config.json: \"hidden_size\" is \"wide\", expected a positive integer");
  EXPECT_EQ(ErrorOf(R"(, "num_key_value_heads": 5)"),
            "config.json: n_kv_heads = 5 does not divide n_heads = 32; choose a number that does, "
            "such as 4");
  EXPECT_NE(ErrorOf(R"(, "rms_norm_eps": 0)"), "");
  EXPECT_EQ(ModelFromHfConfig("[1]", "c").status().message(), "c: expected a JSON object");
  EXPECT_EQ(ModelFromHfConfig("{}", "c").status().message(),
            "c: \"hidden_size\" is missing, expected a positive integer");
}

TEST(HfConfigTest, ComesBackTheSame) {
  const ModelConfig model = {.dim = 48,
                             .n_layers = 3,
                             .n_heads = 6,
                             .n_kv_heads = 2,
                             .head_dim = 10,
                             .multiple_of = 32,
                             .rope_theta = 123456.5,
                             .vocab_size = 77,
                             .max_seqlen = 9,
                             .weight_tying = true};
  const auto back = ModelFromHfConfig(HfConfigFromModel(model, {1, 2}, DType::kBF16), "it");
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->dim, 48);
  EXPECT_EQ(back->n_layers, 3);
  EXPECT_EQ(back->n_heads, 6);
  EXPECT_EQ(NumKvHeads(*back), 2);
  EXPECT_EQ(HeadDim(*back), 10);
  EXPECT_EQ(nn::FeedForwardHidden(*back), nn::FeedForwardHidden(model));
  EXPECT_EQ(back->norm_eps, model.norm_eps);
  EXPECT_EQ(back->rope_theta, 123456.5);
  EXPECT_EQ(back->vocab_size, 77);
  EXPECT_EQ(back->max_seqlen, 9);
  EXPECT_TRUE(back->weight_tying);
}

TEST(HfConfigTest, AnyHiddenSizeCanBeSaid) {
  for (const int64_t dim : {1, 2, 48, 96, 4096, 5120, 8192}) {
    for (const int64_t hidden : {1, 2, 7, 80, 1000, 11008, 13824, 14336, 28672, 100003}) {
      ModelConfig model = {.dim = dim};
      SetFeedForwardHidden(hidden, &model);
      EXPECT_EQ(nn::FeedForwardHidden(model), hidden) << dim;
    }
  }
  ModelConfig llama = {.dim = 4096};
  SetFeedForwardHidden(11008, &llama);
  EXPECT_EQ(llama.multiple_of, 256);
  EXPECT_FALSE(llama.ffn_dim_multiplier.has_value());
}

}  // namespace
}  // namespace mneme
