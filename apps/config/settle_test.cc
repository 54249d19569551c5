#include "apps/config/settle.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>
#include <vector>

namespace mneme {
namespace {

using Notes = std::vector<std::string>;

TEST(SettleTest, FollowsOtherKeys) {
  setenv("BUILD_WORKING_DIRECTORY", "/home/ada", 1);
  TrainConfig config;
  config.name = "a/b";
  config.data.seq_len = 77;
  ConfigReport report;
  Settle(&config, &report);
  EXPECT_EQ(config.model.max_seqlen, 77);
  EXPECT_EQ(config.dump_dir, "/home/ada/runs/a_b");
  EXPECT_EQ(config.data.root_dir, "/home/ada");
  // A second time changes nothing more.
  Settle(&config, &report);
  EXPECT_EQ(config.dump_dir, "/home/ada/runs/a_b");
}

TEST(SettleTest, MaxSeqlenThatWasSetIsKeptOrRaised) {
  TrainConfig config;
  ConfigReport report;
  report.set_keys = {"model.max_seqlen"};
  config.optim.warmup = 0;
  config.model.max_seqlen = 4096;
  Settle(&config, &report);
  EXPECT_EQ(config.model.max_seqlen, 4096);
  EXPECT_TRUE(report.notes.empty());
  config.model.max_seqlen = 128;
  Settle(&config, &report);
  EXPECT_EQ(config.model.max_seqlen, 2048);
  EXPECT_EQ(report.notes,
            Notes{"model.max_seqlen is raised from 128 to 2048, which is data.seq_len"});
}

TEST(SettleTest, NotesOddCombinations) {
  TrainConfig config;
  config.memory.layers = {3};
  config.steps = 100;
  ConfigReport report;
  Settle(&config, &report);
  EXPECT_EQ(
      report.notes,
      (Notes{"model.productkey_args.layers names blocks, but is_enabled is false: "
             "the model has no memory layers",
             "optim.warmup = 2000 is longer than steps = 100: the learning rate only rises"}));
  config.memory.is_enabled = true;
  config.memory.peer_variant = true;
  config.memory.mem_v_dim = 24;
  config.optim.scheduler = SchedulerKind::kConstant;
  report.notes.clear();
  Settle(&config, &report);
  EXPECT_EQ(report.notes, Notes{"model.productkey_args.mem_v_dim has no effect with peer_variant: "
                                "its rows are as wide as the model"});
}

TEST(FitToDevicesTest, OneDeviceTakesAll) {
  TrainConfig config;
  config.distributed = {.dp_replicate = 2, .dp_shard = 8, .tp_size = 1, .memory_parallel_size = 8};
  ConfigReport report;
  FitToDevices(1, &config, &report);
  EXPECT_EQ(config.distributed.dp_replicate, 1);
  EXPECT_EQ(config.distributed.dp_shard, 1);
  EXPECT_EQ(config.distributed.memory_parallel_size, 1);
  EXPECT_EQ(
      report.notes,
      (Notes{
          "distributed.dp_shard = 8 is lowered to 1: there is 1 device to train on",
          "distributed.dp_replicate = 2 is lowered to 1: there is 1 device to train on",
          "distributed.memory_parallel_size = 8 is lowered to 1: there is 1 device to train on"}));
}

TEST(FitToDevicesTest, SharesOutSeveral) {
  TrainConfig config;
  config.distributed = {.dp_replicate = 4, .dp_shard = 2, .tp_size = 2, .memory_parallel_size = 8};
  ConfigReport report;
  FitToDevices(8, &config, &report);
  EXPECT_EQ(config.distributed.tp_size, 2);
  EXPECT_EQ(config.distributed.dp_shard, 2);
  EXPECT_EQ(config.distributed.dp_replicate, 2);
  EXPECT_EQ(config.distributed.memory_parallel_size, 8);
  EXPECT_EQ(report.notes,
            Notes{"distributed.dp_replicate = 4 is lowered to 2: there are 8 devices to train on"});
  FitToDevices(8, &config, &report);
  EXPECT_EQ(report.notes.size(), 1u);
}

}  // namespace
}  // namespace mneme
