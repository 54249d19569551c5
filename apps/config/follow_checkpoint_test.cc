#include "apps/config/follow_checkpoint.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "apps/config/train_args.h"

namespace mneme {
namespace {

using Keys = std::set<std::string>;

ModelParams Pretrained() {
  ModelParams params;
  params.model.model = {.dim = 96,
                        .n_layers = 30,
                        .n_heads = 4,
                        .n_kv_heads = 2,
                        .head_dim = 16,
                        .ffn_dim_multiplier = 1.3,
                        .rope_theta = 500000.0,
                        .vocab_size = 777,
                        .max_seqlen = 8192,
                        .weight_tying = true};
  params.tokenizer = {"sp", "/models/tokenizer.model"};
  return params;
}

TEST(FollowCheckpointTest, KeysThatAreNotSetFollow) {
  TrainConfig config;
  config.memory.is_enabled = true;
  config.memory.layers = {20};
  config.model.max_seqlen = 64;
  Keys set_keys = {"model.productkey_args.is_enabled", "model.productkey_args.layers"};
  ASSERT_TRUE(FollowCheckpoint(Pretrained(), "it", &set_keys, &config).ok());
  EXPECT_EQ(config.model.dim, 96);
  EXPECT_EQ(config.model.n_layers, 30);
  EXPECT_EQ(config.model.n_heads, 4);
  EXPECT_EQ(HeadDim(config.model), 16);
  EXPECT_EQ(config.model.ffn_dim_multiplier, 1.3);
  EXPECT_EQ(config.model.vocab_size, 777);
  EXPECT_EQ(config.model.max_seqlen, 64);
  EXPECT_TRUE(config.model.weight_tying);
  EXPECT_TRUE(config.memory.is_enabled);
  EXPECT_EQ(config.memory.layers, (std::vector<int64_t>{20}));
  EXPECT_EQ(config.data.tokenizer.path, "/models/tokenizer.model");
  EXPECT_TRUE(set_keys.contains("model.n_heads") && !set_keys.contains("model.max_seqlen"));
}

TEST(FollowCheckpointTest, ATokenizerThatIsSetStays) {
  TrainConfig config;
  Keys set_keys = {"data.tokenizer.name"};
  ASSERT_TRUE(FollowCheckpoint(Pretrained(), "it", &set_keys, &config).ok());
  EXPECT_EQ(config.data.tokenizer.name, "bytes");
  EXPECT_EQ(config.data.tokenizer.path, "");
}

TEST(FollowCheckpointTest, WhatShapesDoNotShowMustAgree) {
  const auto error = [](const std::string& key, void (*change)(ModelConfig&)) {
    TrainConfig config;
    Keys set_keys = {absl::StrCat("model.", key)};
    change(config.model);
    return std::string(
        FollowCheckpoint(Pretrained(), "checkpoint 'C'", &set_keys, &config).message());
  };
  EXPECT_EQ(error("rope_theta", [](ModelConfig& m) { m.rope_theta = 10000; }),
            "model.rope_theta is 10000 here, and 500000 in checkpoint 'C', whose weights the run "
            "starts from; leave it out to follow that");
  EXPECT_NE(error("n_heads", [](ModelConfig& m) { m.n_heads = 2; }), "");
  EXPECT_NE(error("n_kv_heads", [](ModelConfig& m) { m.n_kv_heads = std::nullopt; }), "");
  EXPECT_NE(error("norm_eps", [](ModelConfig& m) { m.norm_eps = 1e-6; }), "");
  EXPECT_EQ(error("norm_eps", [](ModelConfig& m) { m.norm_eps = 1e-5; }), "");
}

TEST(FollowCheckpointTest, APathThatIsNoCheckpointIsNamed) {
  const auto args = ParseTrainYaml("checkpoint: {init_ckpt_path: /none}", "run.yaml");
  EXPECT_EQ(args.status().message(),
            "run.yaml: checkpoint.init_ckpt_path: there is no checkpoint or run directory '/none'; "
            "a run that has checkpoints of its own goes on with config=DUMP_DIR/config.yaml "
            "checkpoint.init_ckpt_path=null");
}

}  // namespace
}  // namespace mneme
