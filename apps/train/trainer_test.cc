#include "apps/train/trainer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_replace.h"
#include "apps/config/train_args.h"
#include "data/tokenizer/tokenizer_factory.h"
#include "runtime/core/devices.h"
#include "runtime/core/stream.h"

namespace mneme {
namespace {

constexpr char kConfig[] = R"(
steps: 100
grad_acc_steps: 2
model:
  dim: 32
  n_layers: 3
  n_heads: 2
  multiple_of: 8
  vocab_size: 258
  productkey_args: {is_enabled: true, layers: "0,2", mem_n_keys: 16, mem_heads: 2, mem_knn: 4,
                    mem_k_dim: 8, zero_copy: ZERO_COPY, value_fixed_lr: VALUE_LR}
optim: {lr: 1e-2, warmup: 4}
data: {sources: {wordnet: 1}, batch_size: 3, seq_len: 24}
distributed: {model_dtype: MODEL_DTYPE}
)";

std::unique_ptr<Trainer> MakeTrainer(Device device, const std::string& zero_copy,
                                     const std::string& dtype,
                                     const std::string& value_lr = "null") {
  const auto args = ParseTrainYaml(
      absl::StrReplaceAll(
          kConfig, {{"ZERO_COPY", zero_copy}, {"MODEL_DTYPE", dtype}, {"VALUE_LR", value_lr}}),
      "test.yaml");
  CHECK(args.ok()) << args.status();
  auto trainer = Trainer::Create(args->config, device, *MakeTokenizer("bytes", ""));
  CHECK(trainer.ok()) << trainer.status();
  return *std::move(trainer);
}

// Between two looks at the loss the host only queues work.
TEST(TrainerTest, StepsDoNotWaitForTheDevice) {
  for (Device device : AvailableDevices()) {
    for (const char* zero_copy : {"true", "false"}) {
      for (const char* dtype : {"fp32", "bf16", "fp16"}) {
        if (device.is_cpu() && std::string(dtype) != "fp32") continue;
        const auto trainer = MakeTrainer(device, zero_copy, dtype);
        ASSERT_TRUE(trainer->Step().ok());
        const int64_t before = HostWaits(device);
        for (int i = 0; i < 5; ++i) ASSERT_TRUE(trainer->Step().ok());
        EXPECT_EQ(HostWaits(device), before) << device.name() << " " << zero_copy << " " << dtype;
        const auto last = trainer->Step();
        ASSERT_TRUE(last.ok());
        EXPECT_GT(last->loss.ToVector<float>()[0], 0.0f);
        EXPECT_EQ(HostWaits(device) - before, device.is_cpu() ? 0 : 1);
      }
    }
  }
}

TEST(TrainerTest, AStepReportsTheMeanLossAndTheSchedulesRate) {
  const auto trainer = MakeTrainer(Device::Cpu(), "true", "fp32");
  for (int step = 1; step <= 3; ++step) {
    const auto report = trainer->Step();
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_DOUBLE_EQ(report->lr, 1e-2 * step / 4) << "warmup: 4";
    EXPECT_EQ(report->tokens, 2 * 3 * 24);
    EXPECT_EQ(trainer->totals().tokens, step * 2 * 3 * 24);
    EXPECT_NEAR(Number(report->loss), std::log(258.0), 0.5);
  }
}

std::vector<float> Rows(Trainer* trainer) {
  return trainer->model()->tables()[0]->State()[0].tensor.ToVector<float>();
}

TEST(TrainerTest, TablesHaveARateOfTheirOwn) {
  for (const bool fixed_at_zero : {false, true}) {
    const auto trainer = MakeTrainer(Device::Cpu(), "true", "fp32", fixed_at_zero ? "0.0" : "null");
    const std::vector<float> rows = Rows(trainer.get());
    const auto wq = [&trainer] {
      return trainer->model()
          ->parameters()
          .Find("layers.0.attention.wq.weight")
          ->master.ToVector<float>();
    };
    const std::vector<float> before = wq();
    ASSERT_TRUE(trainer->Step().ok());
    EXPECT_EQ(Rows(trainer.get()) == rows, fixed_at_zero);
    EXPECT_NE(wq(), before);
  }
}

}  // namespace
}  // namespace mneme
