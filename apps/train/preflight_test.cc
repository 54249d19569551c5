#include "apps/train/preflight.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "runtime/files/temp_dir.h"

namespace mneme {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

// The design's model of 24 layers x 1024, with a table of 1M x 1024.
TrainConfig Config() {
  TrainConfig config;
  config.model.dim = 1024;
  config.model.n_layers = 24;
  config.model.n_heads = 16;
  config.model.vocab_size = 32000;
  config.memory.is_enabled = true;
  config.memory.layers = {4};
  config.memory.mem_n_keys = 1024;
  config.memory.mem_heads = 2;
  config.data.batch_size = 2;
  config.data.seq_len = 4096;
  config.steps = 10000;
  config.checkpoint.dump = {.every = 1000, .keep = 2};
  config.checkpoint.eval.every = -1;
  return config;
}

std::string Refusal(const RunNeeds& needs, const Room& room) {
  return std::string(CheckFits(needs, room, "runs/some").message());
}

#define EXPECT_HAS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(PreflightTest, TablesInHostMemoryCountThere) {
  const RunNeeds needs = NeedsOf(Config(), Device::Cuda());
  const int64_t table = int64_t{1} << 30;
  EXPECT_EQ(needs.tables.elements, table);
  EXPECT_EQ(needs.OnHost(), 14 * table);
  EXPECT_EQ(needs.tables.shared, 2 * table);
  EXPECT_EQ(needs.weights, 6 * needs.dense_parameters);  // bf16 beside f32
  EXPECT_EQ(needs.checkpoint, 12 * (needs.dense_parameters + table));
  EXPECT_EQ(needs.checkpoints_at_once, 3);  // two, and the one being written
  const std::string line = DescribeNeeds(needs, {.gpu = 80 * kGiB, .host = 125 * kGiB});
  EXPECT_HAS(line, "1.07G in tables");
  EXPECT_HAS(line, "of 80 GiB (weights ");
  EXPECT_HAS(line,
             "host 14 GiB of 125 GiB (read by the GPU 2 GiB, values 4 GiB, their optimizer "
             "8 GiB)");
  EXPECT_HAS(line, " x 3");
}

TEST(PreflightTest, TablesInGpuMemoryCountThere) {
  TrainConfig config = Config();
  const int64_t on_host = NeedsOf(config, Device::Cuda()).OnDevice();
  config.memory.zero_copy = false;
  const RunNeeds needs = NeedsOf(config, Device::Cuda());
  EXPECT_EQ(needs.OnHost(), 0);
  EXPECT_GT(needs.OnDevice(), on_host + 8 * kGiB);
  const std::string refusal = Refusal(needs, {.gpu = 16 * kGiB});
  EXPECT_HAS(refusal, "16.00 GiB are free");
  EXPECT_HAS(refusal, "value tables 12 GiB");
  EXPECT_HAS(refusal, "zero_copy=true");
  EXPECT_EQ(Refusal(needs, {.gpu = needs.OnDevice()}), "");
}

TEST(PreflightTest, ALargerBatchNeedsMore) {
  TrainConfig config = Config();
  const RunNeeds small = NeedsOf(config, Device::Cuda());
  config.data.batch_size = 64;
  const RunNeeds large = NeedsOf(config, Device::Cuda());
  EXPECT_GT(large.OnDevice(), 80 * kGiB);
  EXPECT_HAS(Refusal(large, {.gpu = 80 * kGiB}), "lower data.batch_size");
  EXPECT_EQ(Refusal(small, {.gpu = 80 * kGiB}), "");
  // With several batches a step, gradients lie beside the next one's activations.
  config = Config();
  config.grad_acc_steps = 4;
  EXPECT_EQ(NeedsOf(config, Device::Cuda()).OnDevice(),
            small.OnDevice() + std::min(small.gradients, small.activations));
}

TEST(PreflightTest, HostMemory) {
  const RunNeeds gpu = NeedsOf(Config(), Device::Cuda()), cpu = NeedsOf(Config(), Device::Cpu());
  EXPECT_HAS(Refusal(gpu, {.gpu = 80 * kGiB, .host = 10 * kGiB}), "mem_n_keys");
  const std::string refusal = Refusal(cpu, {.host = 10 * kGiB});
  EXPECT_HAS(refusal, "10.00 GiB are free");
  EXPECT_HAS(refusal, "value tables 12 GiB");
  EXPECT_HAS(refusal, "data.batch_size");
  EXPECT_EQ(Refusal(cpu, {}), "");  // a system that tells nothing
}

TEST(PreflightTest, Disk) {
  TrainConfig config = Config();
  const RunNeeds needs = NeedsOf(config, Device::Cpu());
  const int64_t all = 3 * needs.checkpoint;
  EXPECT_EQ(Refusal(needs, {.disk = all}), "");
  EXPECT_HAS(Refusal(needs, {.disk = all - 1}), "checkpoint.dump.keep");
  EXPECT_EQ(Refusal(needs, {.disk = all - 100, .existing_checkpoints = 100}), "");
  config.checkpoint.dump.keep = 0;
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 10);
  config.steps = 10001;  // the last step is saved too
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 11);
  config.checkpoint.eval = {.every = 2500, .keep = 1};
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 11 + 1 + 1);
  config.checkpoint.eval = {.every = 2500, .keep = 0};
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 11 + 2) << "two of four are both";
  config.checkpoint.eval.keep = 1;
  config.checkpoint.dump.every = 0;
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 1 + 1 + 1);
  config.checkpoint = {.dump = {.every = -1}, .eval = {.every = -1}};
  EXPECT_EQ(NeedsOf(config, Device::Cpu()).checkpoints_at_once, 0);
  EXPECT_EQ(Refusal(NeedsOf(config, Device::Cpu()), {.disk = 0}), "");
}

TEST(PreflightTest, RoomCountsTheRunsOwnCheckpoints) {
  TempDir temp;
  const std::string checkpoint = temp.File("checkpoints") + "/0000000010";
  ASSERT_EQ(mkdir(temp.File("checkpoints").c_str(), 0755), 0);
  ASSERT_EQ(mkdir(checkpoint.c_str(), 0755), 0);
  std::ofstream(checkpoint + "/model.safetensors") << std::string(1234, 'x');
  const Room room = MeasureRoom(temp.File("."), Device::Cpu());
  EXPECT_EQ(room.existing_checkpoints, 1234);
  EXPECT_FALSE(room.gpu.has_value());
  EXPECT_GT(room.disk.value_or(0), 0);
}

}  // namespace
}  // namespace mneme
