#include "apps/train/trainer.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

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
                    mem_k_dim: 8, zero_copy: ZERO_COPY}
data: {sources: {wordnet: 1}, batch_size: 3, seq_len: 24}
distributed: {model_dtype: MODEL_DTYPE}
)";

std::unique_ptr<Trainer> MakeTrainer(Device device, const std::string& zero_copy,
                                     const std::string& dtype) {
  const auto args = ParseTrainYaml(
      absl::StrReplaceAll(kConfig, {{"ZERO_COPY", zero_copy}, {"MODEL_DTYPE", dtype}}),
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

}  // namespace
}  // namespace mneme
