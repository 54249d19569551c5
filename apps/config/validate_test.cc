#include "apps/config/validate.h"

#include <gtest/gtest.h>

#include <string>

namespace mneme {
namespace {

std::string ErrorOf(const TrainConfig& config) { return std::string(Validate(config).message()); }

TEST(ValidateTest, DefaultsAreValid) { EXPECT_EQ(ErrorOf(TrainConfig()), ""); }

TEST(ValidateTest, ChecksEachKeysRange) {
  TrainConfig config;
  config.steps = 0;
  EXPECT_EQ(ErrorOf(config), "steps: expected an integer >= 1, got \"0\"");
  config = TrainConfig();
  config.optim.beta2 = 1.0;
  EXPECT_EQ(ErrorOf(config), "optim.beta2: expected a number >= 0 and < 1, got \"1.0\"");
  config = TrainConfig();
  config.optim.epsilon = 1e-300;  // 0 in f32
  EXPECT_EQ(ErrorOf(config), "optim.epsilon: expected a number >= 1e-20, got \"1.0e-300\"");
  config = TrainConfig();
  config.model.rope_theta = 1e-300;
  EXPECT_EQ(ErrorOf(config), "model.rope_theta: expected a number >= 1, got \"1.0e-300\"");
  config = TrainConfig();
  config.data.n_views = 1'000'000'000;
  EXPECT_EQ(ErrorOf(config),
            "data.n_views: expected an integer >= 2 and <= 64, got \"1000000000\"");
  config = TrainConfig();
  config.data.tokenizer.name = "byte";
  EXPECT_EQ(ErrorOf(config),
            "data.tokenizer.name: expected one of bytes, sp, tiktoken, hf, got \"byte\"; "
            "did you mean bytes?");
}

TEST(ValidateTest, ChecksTheModel) {
  TrainConfig config;
  config.model.n_heads = 7;
  EXPECT_EQ(ErrorOf(config),
            "model.n_heads = 7 does not divide model.dim = 512; "
            "choose a number that does, such as 8");
  config = TrainConfig();
  config.memory = {.is_enabled = true, .layers = {8}};
  EXPECT_EQ(ErrorOf(config),
            "model.productkey_args.layers names block 8, but model.n_layers = 8 has blocks 0 to 7; "
            "name blocks of the model");
}

TEST(ValidateTest, WsdDecaysToMoreThanNothing) {
  TrainConfig config;
  config.optim.lr_min_ratio = 0.0;
  EXPECT_EQ(ErrorOf(config), "");
  config.optim.scheduler = SchedulerKind::kWsd;
  EXPECT_EQ(ErrorOf(config).find("optim.lr_min_ratio = 0 makes the rate of the schedule wsd 0"), 0)
      << ErrorOf(config);
  // A part of a cycle, however short the cycle is.
  config.optim = {.scheduler = SchedulerKind::kWsd, .cycle_length = 0.1, .decay_fraction = 1.0};
  EXPECT_EQ(ErrorOf(config), "");
}

TEST(ValidateTest, ChecksTheData) {
  TrainConfig config;
  config.data.sources.clear();
  EXPECT_EQ(ErrorOf(config),
            "data.sources is empty; expected at least one 'name: weight', such as 'wordnet: 1.0'");
  config = TrainConfig();
  config.data.tokenizer.name = "sp";
  EXPECT_EQ(ErrorOf(config),
            "data.tokenizer.name = sp reads a file; set data.tokenizer.path to it");
  config = TrainConfig();
  config.data.batch_size = 1 << 20;
  config.data.prefetch_size = 1;
  EXPECT_EQ(ErrorOf(config), "");
  config.data.seq_len = 2049;
  EXPECT_EQ(ErrorOf(config),
            "data.batch_size = 1048576 times data.seq_len = 2049 is more than 2147483648 tokens "
            "in a batch; lower one");
}

}  // namespace
}  // namespace mneme
